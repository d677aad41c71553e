/** The pages from which touchpoints of random worlds were opened. */
export const OWN_PAGE = 'https://shop.example/jackets';
export const PAYMENT_PAGE = 'https://www.paypal.com/';
