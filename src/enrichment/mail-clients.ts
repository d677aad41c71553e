/**
 * Mail programs, and the proxies that fetch images for them. General parsers of user agents take these for browsers, so this
 * table is used first. It applies to opens, because a browser follows a link, whichever program showed the email.
 * The user agents come from real traffic and from the vendors' help pages. Each row is one that a general parser gets wrong.
 */

/** The kind of software of a user agent. The names with `_ua` and `_proxy` are also reason codes of the verdict. */
export type AgentKind =
  | 'browser_ua'
  | 'mail_client_ua'
  | 'gmail_image_proxy'
  | 'yahoo_image_proxy'
  | 'outlook_image_proxy'
  | 'apple_mpp_bare_ua'
  | 'security_scanner_ua'
  | 'http_library_ua'
  | 'isbot_ua'
  | 'native_app_ua'
  | 'ua_unrecognised';

export interface Agent {
  kind: AgentKind;
  device_type: string | null;
  browser: string | null;
  os: string | null;
  /** 0 when the browser is neither Chrome nor built on it. */
  chrome_major: number;
}

interface AgentPattern {
  pattern: RegExp;
  kind: AgentKind;
  browser: string;
  device_type?: string;
  os?: string;
}

/** First match wins. A proxy hides the reader's device, which therefore stays unknown. */
const ROWS: readonly AgentPattern[] = [
  { pattern: /GoogleImageProxy|ggpht\.com/i, kind: 'gmail_image_proxy', browser: 'gmail' },
  { pattern: /YahooMailProxy/i, kind: 'yahoo_image_proxy', browser: 'yahoo_mail' },
  { pattern: /Outlook-?ImageProxy/i, kind: 'outlook_image_proxy', browser: 'outlook' },
  { pattern: /^Mozilla\/5\.0$/, kind: 'apple_mpp_bare_ua', browser: 'apple_mail' },
  { pattern: /MacOutlook\//i, kind: 'mail_client_ua', browser: 'outlook', device_type: 'desktop', os: 'macos' },
  { pattern: /Outlook-iOS/i, kind: 'mail_client_ua', browser: 'outlook', device_type: 'mobile', os: 'ios' },
  { pattern: /Outlook-Android/i, kind: 'mail_client_ua', browser: 'outlook', device_type: 'mobile', os: 'android' },
  {
    pattern: /Microsoft Outlook|ms-office|MSOffice/i,
    kind: 'mail_client_ua',
    browser: 'outlook',
    device_type: 'desktop',
    os: 'windows',
  },
  { pattern: /Thunderbird\//i, kind: 'mail_client_ua', browser: 'thunderbird', device_type: 'desktop' },
  { pattern: /Postbox\//i, kind: 'mail_client_ua', browser: 'postbox', device_type: 'desktop' },
  { pattern: /eM ?Client\//i, kind: 'mail_client_ua', browser: 'em_client', device_type: 'desktop' },
  { pattern: /Lotus-Notes\//i, kind: 'mail_client_ua', browser: 'lotus_notes', device_type: 'desktop' },
  { pattern: /Airmail/i, kind: 'mail_client_ua', browser: 'airmail' },
  { pattern: /YahooMobile(?:Mail)?\//i, kind: 'mail_client_ua', browser: 'yahoo_mail', device_type: 'mobile' },
];

const APPLE_MAIL = /AppleWebKit\/(?!.*Safari\/)/;

/** The mail program or proxy that an open's user agent names, or null when it names none. */
export function mailAgent(user_agent: string): Agent | null {
  for (const row of ROWS) {
    if (!row.pattern.test(user_agent)) continue;
    const os = row.os ?? (row.kind === 'mail_client_ua' ? systemOf(user_agent) : null);
    return { kind: row.kind, browser: row.browser, device_type: row.device_type ?? null, os, chrome_major: 0 };
  }
  if (!APPLE_MAIL.test(user_agent)) return null;
  const apple = (device_type: string, os: string): Agent => {
    return { kind: 'mail_client_ua', browser: 'apple_mail', device_type, os, chrome_major: 0 };
  };
  if (user_agent.includes('iPhone')) return apple('mobile', 'ios');
  if (user_agent.includes('iPad')) return apple('tablet', 'ios');
  return user_agent.includes('Macintosh') ? apple('desktop', 'macos') : null;
}

function systemOf(user_agent: string): string | null {
  if (/iPhone|iPad/.test(user_agent)) return 'ios';
  if (/Android/.test(user_agent)) return 'android';
  if (/Windows/.test(user_agent)) return 'windows';
  if (/Macintosh|Mac OS X/.test(user_agent)) return 'macos';
  return /Linux|X11/.test(user_agent) ? 'linux' : null;
}

/** Programs that fetch the links and images of emails to inspect them. */
export const SECURITY_SCANNER =
  /Barracuda|Mimecast|Proofpoint|MessageLabs|Symantec|FireEye|Trellix|FortiMail|FortiGuard|IronPort|Trend ?Micro|Sophos|Forcepoint|Zscaler|Avanan|Vade ?Secure|Check ?Point|Cloudmark|SpamTitan|Hornetsecurity|urlscan|VirusTotal|PhishTank|SafeLinks|Existence Discovery|spfbl/i;

/** Libraries and tools with which programs make requests. */
export const HTTP_LIBRARY =
  /^(?:python|aiohttp|httpx|curl|wget|libcurl|libwww|lwp|java|jakarta|apache-httpclient|httpclient|okhttp|go-http-client|node|node-fetch|axios|undici|got|superagent|php|guzzlehttp|ruby|faraday|rest-client|restsharp|postmanruntime|insomnia|scrapy|winhttp|perl|ahc|reqwest|hyper|dart|typhoeus|httpie|powershell)\b|python-requests|Go-http-client|Apache-HttpClient|GuzzleHttp|libwww-perl|WindowsPowerShell/i;

/** The network stack of a phone. Apps make requests with it. Nobody follows a link in an email with it. */
export const NATIVE_APP = /^(?:Dalvik|okhttp|Dart)\/|CFNetwork\/|^Alamofire/i;
