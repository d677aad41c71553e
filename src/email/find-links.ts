/**
 * Finds the links of an email in its HTML, by the tokenizer of the HTML standard (parse5). Only places are found, so a caller can change
 * a link and leave every other character as it is, also in HTML that is broken. The tokenizer needs time in proportion to the text; a
 * tree of elements would not, for HTML that somebody nests to harm.
 */
import { type Token, Tokenizer, TokenizerMode } from 'parse5';

export interface FoundLink {
  /** The place of the attribute's value, with its quotes. */
  start: number;
  end: number;
  quote: '"' | "'" | '';
  /** The address, with its character references decoded. */
  href: string;
  /** The text that a reader clicks, also that of images; cut. */
  text: string;
  attributes: ReadonlyMap<string, string>;
  /** True in a conditional comment, which only Outlook on Windows shows. */
  in_comment: boolean;
}

interface FoundHtml {
  links: FoundLink[];
  /** Links after the first {@link MAX_FOUND}, which are only counted. */
  left_out: number;
  /** The place before the end of the body. */
  body_end: number;
}

/** An email has a few dozen links. The limits keep HTML that is made to harm from taking more time than its length. */
const MAX_FOUND = 2_000;
const MAX_CONDITIONAL_COMMENTS = 500;
const MAX_TEXT_LENGTH = 300;
const CONDITIONAL = /^\[if\b[^\]]*\]>/i;
const COMMENT_START = '<!--'.length;
/** Elements whose content is text, and how the tokenizer reads on after their start. */
const TEXT_CONTENT: ReadonlyMap<string, Tokenizer['state']> = new Map([
  ['title', TokenizerMode.RCDATA],
  ['textarea', TokenizerMode.RCDATA],
  ['script', TokenizerMode.SCRIPT_DATA],
  ['plaintext', TokenizerMode.PLAINTEXT],
  ...['style', 'xmp', 'iframe', 'noembed', 'noframes'].map((name) => [name, TokenizerMode.RAWTEXT] as const),
]);

export function findLinks(html: string): FoundHtml {
  const found = new Finder(html, 0, false).run();
  return { links: found.links, left_out: found.left_out, body_end: found.body_end ?? found.html_end ?? html.length };
}

class Finder {
  readonly links: FoundLink[] = [];
  left_out = 0;
  private comments = 0;
  body_end: number | undefined;
  html_end: number | undefined;
  /** The link whose text is being read, and the name of its element. */
  private open: { link: FoundLink; name: string } | undefined;
  private readonly tokenizer: Tokenizer;

  constructor(
    private readonly html: string,
    /** Where `html` begins in the whole text. */
    private readonly from: number,
    private readonly in_comment: boolean,
  ) {
    const addText = ({ chars }: { chars: string }): void => this.addText(chars);
    this.tokenizer = new Tokenizer(
      { sourceCodeLocationInfo: true },
      {
        onStartTag: (tag) => this.startTag(tag),
        onEndTag: (tag) => this.endTag(tag),
        onComment: (comment) => this.comment(comment),
        onCharacter: addText,
        onWhitespaceCharacter: addText,
        onNullCharacter: () => undefined,
        onDoctype: () => undefined,
        onEof: () => undefined,
      },
    );
  }

  run(): this {
    this.tokenizer.write(this.html, true);
    return this;
  }

  private startTag(tag: Token.TagToken): void {
    const { tagName } = tag;
    const state = TEXT_CONTENT.get(tagName);
    if (state !== undefined) this.tokenizer.state = state;
    if (tagName === 'img') this.addText(tag.attrs.find(({ name }) => name === 'alt')?.value ?? '');
    if (tagName !== 'a' && tagName !== 'area' && !tagName.startsWith('v:')) return;
    const link = this.linkOf(tag);
    // A link inside of a link ends the outer one.
    if (link !== undefined || tagName === 'a') this.open = undefined;
    if (link === undefined) return;
    this.keep(link);
    if (tagName !== 'area') this.open = { link, name: tagName };
  }

  private endTag({ tagName, location }: Token.TagToken): void {
    if (tagName === this.open?.name) this.open = undefined;
    if (tagName === 'body') this.body_end = location!.startOffset;
    if (tagName === 'html') this.html_end = location!.startOffset;
  }

  private comment({ data, location }: Token.CommentToken): void {
    const { startOffset, endOffset } = location!;
    if (this.in_comment || !CONDITIONAL.test(data) || !this.html.startsWith('<!--', startOffset)) return;
    this.comments += 1;
    if (this.comments > MAX_CONDITIONAL_COMMENTS) return;
    const start = startOffset + COMMENT_START;
    const inner = new Finder(this.html.slice(start, endOffset), this.from + start, true).run();
    for (const link of inner.links) this.keep(link);
    this.left_out += inner.left_out;
  }

  private keep(link: FoundLink): void {
    if (this.links.length < MAX_FOUND) this.links.push(link);
    else this.left_out += 1;
  }

  private addText(text: string): void {
    const link = this.open?.link;
    if (link !== undefined && link.text.length < MAX_TEXT_LENGTH)
      link.text += text.slice(0, MAX_TEXT_LENGTH - link.text.length);
  }

  private linkOf({ attrs, location, tagName }: Token.TagToken): FoundLink | undefined {
    const attributes = new Map(attrs.map(({ name, value }) => [name, value]));
    const href = attributes.get('href');
    const place = location!.attrs?.['href'];
    if (!href || place === undefined) return undefined;
    const value = placeOfValue(this.html, place.startOffset, place.endOffset);
    if (value === undefined) return undefined;
    const { start, end, quote } = value;
    const text = tagName === 'area' ? (attributes.get('alt') ?? '') : '';
    const places = { start: this.from + start, end: this.from + end };
    return { ...places, quote, href, text, attributes, in_comment: this.in_comment };
  }
}

/** What stands between the name of an attribute and its value. */
const EQUALS = /[\t\n\f\r ]*=[\t\n\f\r ]*/y;

/** The place of the value in `name = "value"`; undefined for an attribute without a value. */
function placeOfValue(
  html: string,
  name_start: number,
  end: number,
): Pick<FoundLink, 'start' | 'end' | 'quote'> | undefined {
  EQUALS.lastIndex = name_start + 'href'.length;
  if (!EQUALS.test(html)) return undefined;
  const start = EQUALS.lastIndex;
  const first = html[start];
  if (first !== '"' && first !== "'") return { start, end, quote: '' };
  const close = html.indexOf(first, start + 1);
  return close < 0 ? undefined : { start, end: close + 1, quote: first };
}
