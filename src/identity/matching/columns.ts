/**
 * Finds what the columns of a file of people hold, by their names and their values. No label is read: a column that names the
 * record or the person of the file (an id, a cluster) is ignored, as it would give the answer away.
 */
import { looksLikeDate, type Role } from './roles.ts';

export interface FoundColumn {
  name: string;
  role: Role;
  /** Why it has this role. */
  reason: string;
}

/** Cells of a column that are looked at. */
const SAMPLED = 2_000;
/** A share of values above which a column is what these values are. */
const MOST = 0.7;

/** Names, as {@link plainName} writes them, of columns that say which records are of one person. */
const LABEL =
  /^(cluster|label|labels|truth|true|groundtruth|gold|golden|class|target|group|canonical|duplicate|entity|gruppe|groupe|grupo|группа|кластер)(id|no|number|label|cluster|person|entity|group|class)?$/u;
/** Names of columns about the file, or about the comparison of records. */
const OF_FILE = /^(ismatch|match|isduplicate|source|sourcefile|sourcedataset|dataset|filename|split)$/;

/** True for the name of a column that says which records are of one person. It is never compared. */
export const namesLabel = (name: string): boolean => LABEL.test(plainName(name));

/** Names of columns in lower case without separators. The first that fits counts. */
const BY_NAME: ReadonlyArray<readonly [RegExp, Role]> = [
  [
    /(socsec|ssn|nationalid|nationalinsurance|passport|taxid|vatid|nino|medicare|driverslicen[cs]e|licen[cs]enumber|loyaltycard|cardnumber|iban)/,
    'identifier',
  ],
  [/mail.*(hash|sha|md5)|(hash|sha|md5).*mail/, 'email_hash'],
  [/(phone|mobile).*(hash|sha|md5)|(hash|sha|md5).*(phone|mobile)/, 'phone_hash'],
  [/fingerprint|devicehash/, 'device'],
  [/e?mail/, 'email'],
  [/(phone|mobile|telephone|^tel$|^cell|msisdn)/, 'phone'],
  [/(^|_)id$|id$|^(index|key|uuid|guid|row|rownumber|recordnumber)$|^id/, 'ignored'],
  [
    /^(first|given|fore|christian)name.*|^(fname|firstname|forename|given|first|gname|vorname|prenom|nombre|nome)\d*$/,
    'given_name',
  ],
  [/^(имя|名|名字|όνομα)$/u, 'given_name'],
  [/^(фамилия|姓|姓氏|επώνυμο)$/u, 'surname'],
  [/^(фио|姓名|氏名|이름)$/u, 'full_name'],
  [/(рождения|出生|生年月日|생년월일|γέννησης|naissance|nacimiento|nascita|nascimento|syntyma|fodelse)/u, 'birth_date'],
  [/(телефон|电话|手机|電話|전화|τηλέφωνο|telefon|telefono|telefone|handy)/u, 'phone'],
  [/(индекс|邮编|郵便|우편|codigopostal|codepostal|^cap$|^cep$)/u, 'postcode'],
  [/^(город|城市|市|도시|πόλη|ort|wohnort|stadt|ville|ciudad|citta|cidade)$/u, 'city'],
  [/(адрес|地址|住所|주소|διεύθυνση|strasse|direccion|indirizzo|endereco|adresse)/u, 'address'],
  [/^(middle).*/, 'text'],
  [
    /^(last|family|sur|second)name.*|^(lname|surname|last|family|sname|nachname|familienname|nom|apellido|apellidos|cognome|sobrenome)\d*$/,
    'surname',
  ],
  [/(birth|^dob|born|geburt)(?!.*(place|city|country|town))/, 'birth_date'],
  [/^(full)?name$|fullname|^(person|customer|contact|client|display)name$|firstandsurname|firstlastname/, 'full_name'],
  [/(postcode|postalcode|^zip|^plz|postal)/, 'postcode'],
  [/(city|town|suburb|locality|municipality|village|birthplace|placeofbirth|^place$)/, 'city'],
  [/(^state$|region|province|county|country)/, 'region'],
  [/(housenumber|streetnumber|houseno|streetno|housenum|streetnum|buildingnumber)/, 'house_number'],
  [/(address|street|^addr|road)/, 'address'],
  [/^(ip|ipaddress|ipaddr|clientip|remoteip)\d*$/, 'ip'],
  [/(timezone|^tz$)/, 'time_zone'],
  [/(gender|^sex$|useragent|browser|device|^os$|platform|language|locale|title|salutation|blocking)/, 'category'],
];

const EMAIL = /^[^\s@]+@?[^\s@]*\.[a-z]{2,}$|@/i;
const HASH = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/i;
const IP = /^(?:\d{1,3}\.){3}\d{1,3}$|^[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*$/i;
const PHONE = /^\+?[\d\s()./-]{7,20}$/;

/** @param cells by column the texts of its records. */
export function findColumns(names: readonly string[], cells: ReadonlyArray<readonly string[]>): FoundColumn[] {
  const found = names.map((name, i) => ({ name, ...roleOf(name, cells[i]!) }));
  return withoutRepeats(found);
}

function roleOf(name: string, cells: readonly string[]): { role: Role; reason: string } {
  const values = sampleOf(cells);
  if (values.length === 0) return { role: 'ignored', reason: 'is empty' };
  const plain = plainName(name);
  const share = (fits: (value: string) => boolean): number => values.filter(fits).length / values.length;
  let named = BY_NAME.find(([pattern]) => pattern.test(plain))?.[1];
  // The title of a person is one of few; that of a book is a text.
  if (named === 'category' && new Set(values).size > Math.max(50, values.length / 10)) named = undefined;
  if (named === 'ignored' || LABEL.test(plain) || OF_FILE.test(plain))
    return { role: 'ignored', reason: 'names the record or its person' };
  if (share((value) => HASH.test(value)) > MOST)
    return { role: named === 'phone' || named === 'phone_hash' ? 'phone_hash' : 'email_hash', reason: 'holds hashes' };
  if (named) return { role: named, reason: `is called ${name}` };
  if (share((value) => EMAIL.test(value) && value.includes('@')) > MOST)
    return { role: 'email', reason: 'holds addresses with @' };
  if (share((value) => IP.test(value)) > MOST) return { role: 'ip', reason: 'holds IP addresses' };
  if (share(looksLikeDate) > MOST) return { role: 'birth_date', reason: 'holds dates' };
  const distinct = new Set(values).size;
  if (distinct < 2) return { role: 'ignored', reason: 'has one value' };
  if (distinct === values.length && values.length > 20) return { role: 'ignored', reason: 'differs in every record' };
  if (share((value) => PHONE.test(value) && value.replace(/\D/g, '').length >= 8) > MOST)
    return { role: 'phone', reason: 'holds long numbers' };
  if (distinct <= Math.max(20, values.length / 50)) return { role: 'category', reason: `has ${distinct} values` };
  return { role: 'text', reason: 'holds other texts' };
}

/** A name in lower case, of letters and digits alone; Latin letters without accents. */
function plainName(name: string): string {
  const lower = name.toLowerCase().replaceAll('ß', 'ss');
  const latin = lower
    .normalize('NFD')
    .replace(/(?<=[a-z])\p{M}+/gu, '')
    .normalize('NFC');
  return latin.replace(/[^\p{L}\p{N}]+/gu, '');
}

function sampleOf(cells: readonly string[]): string[] {
  const step = Math.max(1, Math.floor(cells.length / SAMPLED));
  const values: string[] = [];
  for (let i = 0; i < cells.length; i += step) {
    const value = cells[i]!.trim();
    if (value !== '') values.push(value);
  }
  return values;
}

/** Ignores a full name beside its parts, and a second full name: they would count twice. */
function withoutRepeats(found: readonly FoundColumn[]): FoundColumn[] {
  const parts = found.filter(({ role }) => role === 'given_name' || role === 'surname');
  const full = found.filter(({ role }) => role === 'full_name');
  const repeats = new Set(parts.length >= 2 ? full : full.slice(1));
  return found.map((column) =>
    repeats.has(column) ? { ...column, role: 'ignored', reason: 'repeats other names' } : column,
  );
}
