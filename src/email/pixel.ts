/** The open pixel: a transparent GIF of one pixel, 43 bytes. */

export const PIXEL_GIF = Buffer.from('R0lGODlhAQABAPAAAAAAAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64');

/** The image of an email. It is not `display:none`, because some mail programs do not load what is hidden. */
export function pixelHtml(url: string): string {
  return `<img src="${url}" width="1" height="1" alt="" style="border:0;width:1px;height:1px">`;
}

/** A link that people neither see nor reach with a keyboard or a screen reader. Programs that follow every link follow it. */
export function honeypotHtml(url: string): string {
  return `<a href="${url}" rel="nofollow" aria-hidden="true" tabindex="-1" style="display:none;font-size:0;line-height:0"></a>`;
}
