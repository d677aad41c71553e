import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelOf } from '../../src/enrichment/labels.ts';
import { withoutPersonalIds } from '../../src/enrichment/private.ts';
import { enrich } from './options.ts';

const utm = (url: string, sent = {}) => {
  const { utm_source, utm_medium, utm_campaign, utm_content, utm_term } = enrich({ url, ...sent });
  return [utm_source, utm_medium, utm_campaign, utm_content, utm_term];
};

describe('campaign labels', () => {
  it('reads all five from the URL', () => {
    expect(
      utm('https://shop.example/?utm_source=news&utm_medium=email&utm_campaign=spring&utm_content=top&utm_term=shoes'),
    ).toEqual(['news', 'email', 'spring', 'top', 'shoes']);
  });

  it('keeps each label that the caller sent and fills only the others', () => {
    const url = 'https://shop.example/?utm_source=url&utm_medium=url&utm_campaign=url';
    expect(utm(url, { utm_medium: 'Sent Medium' })).toEqual(['url', 'sent medium', 'url', null, null]);
    expect(utm('https://shop.example/', { utm_campaign: 'kept' })).toEqual([null, null, 'kept', null, null]);
    expect(utm(url, { utm_source: 'sent' })[1]).toBe('url');
  });

  it('fills a label that was sent blank', () => {
    expect(utm('https://shop.example/?utm_source=url', { utm_source: ' ' })[0]).toBe('url');
  });

  it('decodes percent and plus', () => {
    expect(utm('https://x.example/?utm_source=a+b#frag')[0]).toBe('a b');
    expect(utm('https://x.example/?utm_campaign=caf%C3%A9%20au%20lait')[2]).toBe('café au lait');
    expect(utm('https://x.example/?utm_source=100%')[0]).toBe('100%');
  });

  it('matches whole names in any case, and the first of duplicates wins', () => {
    expect(utm('https://x.example/?xutm_source=evil')[0]).toBeNull();
    expect(utm('https://x.example/?UTM_SOURCE=Google&Utm_Medium=CPC')).toEqual(['google', 'cpc', null, null, null]);
    expect(utm('https://x.example/?utm_source=first&utm_source=last')[0]).toBe('first');
    expect(utm('https://x.example/?utm_source=&utm_source=last')[0]).toBe('last');
    expect(utm('https://x.example/?utm%5Fsource=enc')[0]).toBe('enc');
  });

  it('does not reach into a redirect URL inside a parameter', () => {
    expect(utm('https://x.example/r?to=https://evil.example/?utm_source=evil')[0]).toBeNull();
    expect(utm('https://x.example/r?to=https%3A%2F%2Fevil.example%2F%3Futm_source%3Devil&utm_source=good')[0]).toBe(
      'good',
    );
  });

  it('reads labels after the hash, those of the query first', () => {
    expect(utm('https://x.example/#utm_source=frag&utm_medium=email').slice(0, 2)).toEqual(['frag', 'email']);
    expect(utm('https://x.example/#?utm_source=frag')[0]).toBe('frag');
    expect(utm('https://x.example/#/page?utm_source=frag')[0]).toBe('frag');
    expect(utm('https://x.example/#section&utm_source=frag')[0]).toBe('frag');
    expect(utm('https://x.example/?utm_source=query#utm_source=frag&utm_medium=email').slice(0, 2)).toEqual([
      'query',
      'email',
    ]);
    expect(utm('https://x.example/#/r?to=https://evil.example/?utm_source=evil')[0]).toBeNull();
  });

  it('reads lists, a second question mark, and labels that were added without one', () => {
    expect(utm('https://x.example/?utm_source[]=a&utm_medium%5B%5D=b&utm_campaign[0]=c').slice(0, 3)).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(utm('https://x.example/?id=5?utm_source=a&utm_medium=email').slice(0, 2)).toEqual(['a', 'email']);
    expect(utm('https://x.example/?utm_source=a?utm_medium=email').slice(0, 2)).toEqual(['a', 'email']);
    expect(utm('https://x.example/??utm_source=a')[0]).toBe('a');
    expect(utm('https://x.example/p&utm_source=a&utm_medium=email').slice(0, 2)).toEqual(['a', 'email']);
    expect(utm('https://x.example/?utm_content=why?&utm_term=a?b')[3]).toBe('why?');
    expect(utm('https://x.example/?to=/path?utm_source=evil')[0]).toBeNull();
    expect(utm('https://x.example/r/https://evil.example/&utm_source=evil')[0]).toBeNull();
    expect(utm('https://x.example/?https://evil.example/?utm_source=evil')[0]).toBeNull();
  });

  it('reads labels that a tool encoded as a whole, and those behind blanks and semicolons', () => {
    for (const query of [
      '?utm_source%3Dnews%26utm_medium%3Demail',
      '?a=1&utm_source%3dnews%26utm_medium%3demail',
      '%3Futm_source=news&utm_medium=email',
      '? utm_source=news&%20utm_medium=email',
      '?utm_source=news;utm_medium=email',
      '?a=1;UTM_Source=news&utm_medium=email',
    ])
      expect(enrich({ url: `https://shop.example/${query}` })).toMatchObject({
        utm_source: 'news',
        utm_medium: 'email',
      });
    for (const query of [
      '?next=https%3A%2F%2Fother.example%2F%3Futm_source%3Dnews',
      '?https%3A%2F%2Fother.example%2F%3Futm_source%3Dnews%26utm_medium%3Demail',
      'https%3A%2F%2Fother.example%2F%3Futm_source=news&utm_medium=email',
    ])
      expect(enrich({ url: `https://shop.example/${query}` })).toMatchObject({ utm_source: null, utm_medium: null });
  });

  it("reads Matomo's names after its own", () => {
    const url = (p: string) =>
      `https://x.example/?${p}_source=S&${p}_medium=email&${p}_campaign=Spring&${p}_content=c&${p}_kwd=k&${p}_cid=Id-7`;
    for (const p of ['mtm', 'pk', 'matomo', 'piwik']) {
      expect(utm(url(p))).toEqual(['s', 'email', 'spring', 'c', 'k']);
      expect(enrich({ url: url(p) }).utm_id).toBe('Id-7');
    }
    expect(utm('https://x.example/?mtm_source=m&utm_source=u&pk_keyword=k')).toEqual(['u', null, null, null, 'k']);
    expect(utm('https://x.example/?pk_cpn=p', { utm_campaign: 'sent' })[2]).toBe('sent');
  });

  it('reads the id of the campaign, which keeps its case', () => {
    expect(enrich({ url: 'https://x.example/?utm_id=AbC%20%2B7' }).utm_id).toBe(enrich({ utm_id: ' AbC +7' }).utm_id);
    expect(enrich({ utm_id: 'AbC' }).utm_id).toBe('AbC');
  });

  it('spells a label in one way, wherever it comes from', () => {
    const labels = ['LinkedIn', ' linkedin ', 'linked%49n', 'LINKEDIN', 'Linked\u200bIn'];
    for (const label of labels) {
      expect(utm('', { utm_source: label })[0]).toBe('linkedin');
      expect(utm(`https://x.example/?utm_source=${encodeURIComponent(label)}`)[0]).toBe('linkedin');
    }
    for (const label of ['Spring  Sale', 'spring+sale', 'Spring%20Sale', 'spring%2520sale', 'spring\tsale']) {
      expect(utm('', { utm_campaign: label })[2]).toBe('spring sale');
      expect(utm(`https://x.example/?utm_campaign=${label.replaceAll('\t', '%09')}`)[2]).toBe('spring sale');
    }
    expect(utm('', { utm_source: 'cafe\u0301' })[0]).toBe('caf\u00e9');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        const once = labelOf(text);
        if (once !== null) expect(labelOf(once)).toBe(once);
        expect(utm(`https://x.example/?utm_source=${encodeURIComponent(text)}`)[0]).toBe(once);
      }),
    );
  });

  it('understands ampersands that were escaped for HTML', () => {
    expect(utm('https://x.example/?utm_source=a&amp;utm_medium=email')).toEqual(['a', 'email', null, null, null]);
  });

  it('trims labels, caps their length and drops what cannot be stored', () => {
    expect(utm('https://x.example/?utm_source=%20%20news%20%0a%20')[0]).toBe('news');
    expect(utm(`https://x.example/?utm_source=${'a'.repeat(3000)}`)[0]).toHaveLength(1000);
    expect(utm('https://x.example/?utm_source=a%00b')[0]).toBe('a b');
    expect(utm(`https://x.example/?utm_source=a${'%F0%9F%98%80'.repeat(600)}`)[0]?.isWellFormed()).toBe(true);
  });

  it('reads relative and odd URLs without failing', () => {
    expect(utm('/page?utm_source=rel')[0]).toBe('rel');
    expect(utm('http://[bad/?utm_source=x')[0]).toBe('x');
    expect(utm('?&&=&utm_source&utm_source=y')[0]).toBe('y');
  });
});

describe('click ids', () => {
  const ids = (url: string, sent = {}) => JSON.parse(enrich({ url, ...sent }).click_ids ?? 'null');

  it('keeps their case exactly, under one name', () => {
    expect(ids('https://x.example/?GCLID=CjwKCA_aB-9&sccid=Zz&hsa_acc=12')).toEqual({
      gclid: 'CjwKCA_aB-9',
      ScCid: 'Zz',
      hsa_acc: '12',
    });
  });

  it('stores ids that name a person only as a hash', () => {
    const found = ids('https://x.example/?mc_eid=ABC123&_kx=secret&mkt_tok=tok&mc_cid=campaign');
    expect(found.mc_cid).toBe('campaign');
    expect(found.mc_eid).toMatch(/^sha256:[0-9a-f]{16}$/);
    expect(JSON.stringify(found)).not.toMatch(/ABC123|secret|"tok"/);
    expect(ids('https://y.example/?mc_eid=ABC123').mc_eid).toBe(found.mc_eid);
  });

  it('keeps the click ids that the caller sent', () => {
    expect(enrich({ url: 'https://x.example/?gclid=url', click_ids: '{"gclid":"sent"}' }).click_ids).toBe(
      '{"gclid":"sent"}',
    );
  });

  it('is null without any, and refuses what is too long to be one', () => {
    expect(ids('https://x.example/?a=b')).toBeNull();
    expect(ids(`https://x.example/?gclid=${'a'.repeat(501)}`)).toBeNull();
    expect(ids('https://x.example/?gclid=')).toBeNull();
  });

  it('gives a URL in which nobody is named', () => {
    const url = 'https://x.example/?abc=abcdef&mc_eid=abc&page=abc#abc';
    const clean = withoutPersonalIds(url);
    expect(clean).toMatch(/^https:\/\/x\.example\/\?abc=abcdef&mc_eid=sha256:[0-9a-f]{16}&page=abc#abc$/);
    expect(withoutPersonalIds(clean)).toBe(clean);
    expect(enrich({ url: clean }).click_ids).toBe(enrich({ url }).click_ids);
    expect(withoutPersonalIds('https://x.example/?a=b')).toBe('https://x.example/?a=b');
  });
});
