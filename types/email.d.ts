/** The types of `tributary/email`. They stand alone: no other package and no source is needed to read them. */

/** What is to be instrumented, and who gets it. One of `customer_id` and `email` is needed. */
export interface InstrumentRequest {
  /** The HTML part of the email, ready to be sent. */
  html: string;
  /** The id of one email to one recipient. */
  message_id: string;
  /** Your id of the recipient. */
  customer_id?: string;
  /** The address of the recipient, where you have no other id. No URL shows it, and clicks are stored under its hash. */
  email?: string;
  /** The brand of the key when left out. */
  brand_id?: string;
  /** The campaign; becomes utm_campaign, too. */
  campaign_id?: string;
  /** The email within the campaign; becomes utm_content, too. */
  email_id?: string;
  /** Why the email is sent. */
  campaign_kind?: 'campaign' | 'flow' | 'transactional';
  options?: {
    /** Labels for links that have none of the name; false adds none. */
    utm?:
      | {
          source?: string;
          medium?: string;
          campaign?: string;
          content?: string;
          term?: string;
          id?: string;
        }
      | false;
    /** Addresses that stay as they are, also as the value of a List-Unsubscribe header. */
    list_unsubscribe?: string[];
    /** False leaves out the pixel. */
    pixel?: boolean;
    /** Adds a hidden link that only machines follow; the setting when left out. */
    honeypot?: boolean;
    /** Days in which clicks and opens are recorded. */
    tracking_days?: number;
  };
}

export interface LocalOptions {
  /** The address of links, such as `https://track.shop.example`. */
  base_url: string;
  /** A key of `tributary email-keys create`. */
  key: string;
  /** Needed for `options.honeypot`. */
  honeypot_url?: string;
  /** As the setting `customer_ids` of the brand. */
  customer_ids?: 'verbatim' | 'email' | 'hashed';
  /** The time of sending; now when left out. */
  now_ms?: number;
}

export interface Instrumented {
  html: string;
  /** Links that were rewritten and that every mail program shows. */
  links: number;
  /** Links that were rewritten and that only Outlook on Windows shows. */
  outlook_links: number;
  /** Links that stay as they are, by reason. */
  skipped: Readonly<Record<string, number>>;
  /** Set if there are more links than are rewritten: how many stayed as they are. */
  links_left_out?: number;
  pixel_url: string | null;
  message_id: string;
}

/** Instruments one email with a key of its own. @throws an error that names the field and the fix. */
export function instrument(request: InstrumentRequest, local: LocalOptions): Instrumented;

export type NodemailerOptions = (
  | LocalOptions
  | {
      /** The address of the Tributary server, for this program. */
      server: string;
      /** A key of scope write. */
      write_key: string;
      timeout_ms?: number;
    }
) & {
  /** Fields for every email; `tributary` of an email has more, or others. */
  defaults?: Partial<Omit<InstrumentRequest, 'html'>>;
  /** Told of an email that is sent as it was, because it could not be instrumented. The error holds no address. */
  onError?: (error: Error) => void;
};

/** `transporter.use('compile', tributaryLinks({…}))`. An email has its facts under `tributary`; false leaves it as it is. */
export function tributaryLinks(
  options: NodemailerOptions,
): (
  message: {
    // biome-ignore lint/suspicious/noExplicitAny: the data of an email is typed by nodemailer, which this package does not depend on
    data: any;
    resolveContent(
      // biome-ignore lint/suspicious/noExplicitAny: as above
      data: any,
      field: string,
      // biome-ignore lint/suspicious/noExplicitAny: as above
      callback: (error: Error | null, value?: any) => void,
    ): void;
  },
  done: (error?: Error | null) => void,
) => void;
