/** Rewriting the HTML of emails: only the addresses of links change. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findLinks } from '../../src/email/find-links.ts';
import { type InstrumentOptions, instrumentHtml, MAX_LINKS } from '../../src/email/instrument.ts';
import { readClickToken } from '../../src/email/payload.ts';
import { tokenKey } from '../../src/email/token.ts';

const KEY = tokenKey('0a1b2c3d', Buffer.alloc(32, 7));
const BASE = 'https://track.shop.example';
const MAIL = { brand_id: 'default', customer_id: 'customer-1', message_id: 'message-1', sent_s: 1_772_000_000 };

const made = (html: string, options: InstrumentOptions = {}) =>
  instrumentHtml(html, MAIL, BASE, KEY, { pixel: false, utm: false, ...options });

/** The HTML with the page of each tracked link in place of the link, and the pages. */
function undone(html: string): { html: string; pages: string[] } {
  const pages: string[] = [];
  const text = html.replaceAll(/https:\/\/track\.shop\.example\/c\/([\w.-]+)/g, (_, token: string) => {
    const { url } = readClickToken(token, KEY)!;
    pages.push(url);
    return url;
  });
  return { html: text, pages };
}

const pages = (html: string, options?: InstrumentOptions): string[] => undone(made(html, options).html).pages;

describe('links', () => {
  test('lead to their page, with all the rest of the email as it was', () => {
    const html =
      '\ufeff<!DOCTYPE html>\r\n<HTML><body bgcolor=#fff><p>5 < 6 & 7 &amp; <a class="x" HREF = "https://shop.example/a" target=_blank>Buy</a>\r\n' +
      '<a href=\'https://shop.example/b\'>B</a><map><area href="https://shop.example/c"></map></body></HTML>\n';
    expect(undone(made(html).html)).toEqual({
      html,
      pages: ['https://shop.example/a', 'https://shop.example/b', 'https://shop.example/c'],
    });
  });

  test.each([
    [
      'an ampersand that is escaped',
      '<a href="https://shop.example/?a=1&amp;b=2#c&amp;d">',
      'https://shop.example/?a=1&b=2#c&d',
    ],
    ['an ampersand that is not', '<a href="https://shop.example/?a=1&b=2">', 'https://shop.example/?a=1&b=2'],
    ['no quotes', '<a href=https://shop.example/x/>', 'https://shop.example/x/'],
    ['space around it', '<a href="\n https://shop.example/x ">', 'https://shop.example/x'],
    [
      'a name of another script',
      '<a href="https://bücher.example/straße?q=ä">',
      'https://xn--bcher-kva.example/stra%C3%9Fe?q=%C3%A4',
    ],
    ['a second href', '<a href="https://shop.example/1" href="https://shop.example/2">', 'https://shop.example/1'],
  ])('with %s are read as a mail program reads them', (_, html, page) => {
    expect(pages(html)).toEqual([page]);
  });

  test.each([
    ['mailto:', '<a href="mailto:help@shop.example">'],
    ['tel:', '<a href="tel:+491234">'],
    ['sms:', '<a href="sms:+491234">'],
    ['javascript:', '<a href="javascript:alert(1)">'],
    ['an anchor', '<a href="#top">'],
    ['no address', '<a href>'],
    ['a relative address', '<a href="/sale">'],
    ['an address without a scheme', '<a href="//evil.example/">'],
    ['backslashes', '<a href="https:\\\\evil.example/">'],
    ['a name and a password', '<a href="https://shop.example:x@evil.example/">'],
    ['a control character', '<a href="https://shop.example/\u0001">'],
    ['a merge field', '<a href="https://shop.example/{{ path }}">'],
    ['a merge tag', '<a href="*|UNSUB|*">'],
    ['the text to unsubscribe', '<a href="https://shop.example/x"><b>Un</b>subscribe\nhere</a>'],
    ['a German text to unsubscribe', '<a href="https://shop.example/x">Newsletter abbestellen</a>'],
    ['an image to unsubscribe', '<a href="https://shop.example/x"><img src="x" alt="Unsubscribe"></a>'],
    ['rel', '<a rel="unsubscribe" href="https://shop.example/x">x</a>'],
    ['a class', '<a class="footer unsubscribe-link" href="https://shop.example/x">x</a>'],
    ['the attribute to skip', '<a data-tributary-skip href="https://shop.example/x">x</a>'],
    ['a tracked address', `<a href="${BASE}/c/abc">x</a>`],
    ['an address in a comment', '<!-- <a href="https://shop.example/x">x</a> -->'],
    ['an address in a style', '<style>a[href="https://shop.example/x"] > <a href="https://shop.example/y"></style>'],
    ['a title', '<title><a href="https://shop.example/x"></title>'],
    ['a start tag that never ends', '<p><a href="https://shop.example/x'],
  ])('with %s stay as they are', (_, html) => {
    expect(made(html).html).toBe(html);
  });

  test('of List-Unsubscribe stay as they are, however they are written', () => {
    const html = '<a href="https://SHOP.example/u?a=1&amp;b=2">Change settings</a>';
    expect(made(html, { untouched: ['<mailto:u@shop.example>, <https://shop.example/u?a=1&b=2>'] }).html).toBe(html);
    expect(made(html, { untouched: ['https://shop.example/u?a=1&b=2'] }).html).toBe(html);
  });

  test('in what only Outlook shows are tracked, and numbered after those that everybody sees', () => {
    const html =
      '<!--[if mso]><v:roundrect href="https://shop.example/1" arcsize="9%"><center>Buy</center></v:roundrect><![endif]-->' +
      '<!--[if !mso]><!-- --><a href="https://shop.example/1">Buy</a><!--<![endif]-->';
    const { html: changed, links, outlook_links } = made(html);
    expect({ links, outlook_links }).toEqual({ links: 1, outlook_links: 1 });
    expect(undone(changed).html).toBe(html);
    const tokens = [...changed.matchAll(/\/c\/([\w.-]+)/g)].map(([, token]) => readClickToken(token!, KEY)!);
    expect(tokens.map(({ link, links, text_hash }) => [link, links, text_hash])).toEqual([
      [2, 1, tokens[1]!.text_hash],
      [1, 1, tokens[0]!.text_hash],
    ]);
  });

  test('over the limit stay as they are, and the answer says how many', () => {
    const { links, links_left_out } = made('<a href="https://shop.example/">x</a>'.repeat(MAX_LINKS + 3));
    expect({ links, links_left_out }).toEqual({ links: MAX_LINKS, links_left_out: 3 });
  });
});

describe('campaign labels', () => {
  const mail = { ...MAIL, campaign_id: 'Spring & Co', email_id: 'teaser' };
  const page = (href: string, options: InstrumentOptions = {}): string =>
    undone(instrumentHtml(`<a href="${href}">x</a>`, mail, BASE, KEY, { pixel: false, ...options }).html).pages[0]!;

  test('are added where a link has none, and its query and fragment stay', () => {
    const labels = 'utm_source=email&utm_medium=email&utm_campaign=Spring%20%26%20Co&utm_content=teaser';
    expect(page('https://shop.example')).toBe(`https://shop.example/?${labels}`);
    expect(page('https://shop.example/?q=a+b%2Bc&&x#part?y')).toBe(
      `https://shop.example/?q=a+b%2Bc&&x&${labels}#part?y`,
    );
    expect(page('https://shop.example/?utm_campaign=own&utm%5Fcontent=')).toBe(
      'https://shop.example/?utm_campaign=own&utm%5Fcontent=&utm_source=email&utm_medium=email',
    );
  });

  test('are those of the call, or none', () => {
    expect(page('https://shop.example/', { utm: { source: 'news', campaign: "it's" } })).toBe(
      'https://shop.example/?utm_source=news&utm_medium=email&utm_campaign=it%27s&utm_content=teaser',
    );
    expect(page('https://shop.example/', { utm: false })).toBe('https://shop.example/');
  });
});

describe('the pixel and the hidden link', () => {
  test.each([
    ['before the end of the body', '<html><body><p>Hi</p></body></html>', '<html><body><p>Hi</p>', '</body></html>'],
    ['before the end of the page', '<html><p>Hi</p></html>\n', '<html><p>Hi</p>', '</html>\n'],
    ['at the end of a part of a page', '<p>Hi</p>', '<p>Hi</p>', ''],
    [
      'not in a comment or script',
      '<script>"</body>"</script><!-- </body> --><p>',
      '<script>"</body>"</script><!-- </body> --><p>',
      '',
    ],
  ])('stand %s', (_, html, before, after) => {
    const { html: changed, pixel_url } = made(html, { pixel: true, honeypot_url: 'https://shop.example/' });
    const added = changed.slice(before.length, changed.length - after.length);
    expect(before + added + after).toBe(changed);
    expect(added).toMatch(
      /^<a href="[^"]+" rel="nofollow" aria-hidden="true" [^>]+><\/a><img src="[^"]+" width="1" height="1" [^>]+>$/,
    );
    expect(added).toContain(`src="${pixel_url}"`);
  });
});

/** Pieces of HTML, whole and broken. */
const piece = fc.oneof(
  fc.constantFrom(
    ...[
      '<a ',
      '<a href=',
      '<A HREF="',
      "href='",
      '"',
      "'",
      '>',
      '</a>',
      '<',
      '/>',
      '<!--',
      '-->',
      '<!--[if mso]>',
      '<![endif]-->',
      '<!',
      '<?x ',
      '&amp;',
      '&#x2f;',
    ],
    ...[
      '<style>',
      '</style>',
      '<script>',
      '</script>',
      '<title>',
      '</body>',
      '</html>',
      '<svg><![CDATA[',
      ']]>',
      '<template>',
      '{{ x }}',
      '\r\n',
      '\0',
      '\ufeff',
      '<plaintext>',
    ],
    ...[
      'https://shop.example/a?b=c&d=e#f',
      'http://x',
      'HTTPS://É.example/ü ',
      'javascript:alert(1)',
      '<v:rect href="https://shop.example/v">',
      '<area href=https://shop.example/m alt=x>',
    ],
    ...['<a href="https://shop.example/">Shop</a>', "<a x='>' href='https://shop.example/?a=&quot;'>y"],
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const anyHtml = fc.array(piece, { maxLength: 40 }).map((parts) => parts.join(''));

test('no HTML makes the rewriting fail or changes text outside of addresses', () => {
  let rewritten = 0;
  fc.assert(
    fc.property(anyHtml, (html) => {
      const { links } = findLinks(html);
      for (const { start, end, quote } of links) {
        const value = html.slice(start, end);
        if (quote !== '') expect(value[0] === quote && value.at(-1) === quote).toBe(true);
      }
      // The text between the places of links is what it was, in its order.
      const { html: changed } = made(html);
      let at = 0;
      const kept: string[] = [];
      for (const { start, end } of [...links].sort((a, b) => a.start - b.start)) {
        expect(start).toBeGreaterThanOrEqual(at);
        kept.push(html.slice(at, start));
        at = end;
      }
      kept.push(html.slice(at));
      const values = links.map(({ start, end }) => html.slice(start, end)).length;
      let from = 0;
      for (const [i, text] of kept.entries()) {
        const found = i === 0 ? (changed.startsWith(text) ? 0 : -1) : changed.indexOf(text, from);
        expect(found).toBeGreaterThanOrEqual(from);
        from = found + text.length;
      }
      expect(changed.endsWith(kept.at(-1)!)).toBe(true);
      rewritten += values;
      // What is not rewritten is not changed at all.
      if (!changed.includes(`${BASE}/c/`)) expect(changed).toBe(html);
    }),
    { numRuns: 2_000 },
  );
  expect(rewritten).toBeGreaterThan(300);
});

test('rewriting again changes nothing more', () => {
  fc.assert(
    fc.property(anyHtml, (html) => {
      const once = made(html).html;
      expect(made(once).html).toBe(once);
    }),
    { numRuns: 300 },
  );
});
