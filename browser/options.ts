/** The options of the script: data attributes of its element, and what the browser says about its visitor. */

export interface Options {
  /** Where events go: the address of the server, up to `/v1/`. */
  api: string;
  key: string;
  /** Nothing is sent before the page calls `consent(true)`. */
  waits: boolean;
  /** The visitor asks not to be recognised. Then no id is sent, and nothing is stored. */
  is_private: boolean;
  /** The domain of the cookie with the visitor's id; empty for this host alone. Undefined means that nothing is stored. */
  cookie: string | undefined;
  watches_replace: boolean;
  click_parameter: string;
  /** A program drives the browser. Then nothing is sent. */
  is_automated: boolean;
}

export function readOptions(script: HTMLScriptElement): Options {
  const { host, path, key = '', consent, cookie, clickParameter = 'ct', ...flags } = script.dataset;
  const folder = new URL('.', script.src);
  // A script that came through a path of the shop's own domain sends through it, too.
  const base = `${host ?? folder.origin}/${path ?? (host === undefined ? folder.pathname : '')}/v1/`;
  const { globalPrivacyControl, doNotTrack } = navigator as Navigator & {
    globalPrivacyControl?: boolean;
    doNotTrack?: string;
  };
  return {
    api: base.replace(/([^:/])\/+/g, '$1/'),
    key,
    waits: consent === 'wait',
    is_private:
      (globalPrivacyControl === true && flags['ignoreGpc'] === undefined) ||
      (doNotTrack === '1' && flags['respectDnt'] !== undefined),
    cookie,
    watches_replace: flags['replaceState'] !== undefined,
    click_parameter: clickParameter,
    is_automated: navigator.webdriver && flags['allowAutomation'] === undefined,
  };
}
