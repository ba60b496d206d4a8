// Numbers and times as people read them, in their language and the time zone of the counts.
import {locale, t} from './language.js';

let zone = 'UTC';

/** The zone whose days are counted; every answer tells it. */
export function useZone(name) {
  zone = name ?? zone;
}

export function timeZone() {
  return zone;
}

/** Dash for what there is not. */
export const NONE = '–';

function number(options) {
  return value => value === null || value === undefined ? NONE : new Intl.NumberFormat(locale(), options).format(value);
}

export const count = number({});
export const compact = number({notation: 'compact', maximumSignificantDigits: 3});
export const decimal = number({maximumFractionDigits: 1});
export const tenths = number({minimumFractionDigits: 1, maximumFractionDigits: 1});

/** A part of one as a percentage. Never rounded up to all: 99.996 % is not 100 %. */
export function percent(ratio, digits = 2) {
  if (ratio === null || ratio === undefined) {
    return NONE;
  }
  const factor = 10 ** (digits + 2);
  const shown = ratio < 1 && Math.round(ratio * factor) === factor ? (factor - 1) / factor : ratio;
  return new Intl.NumberFormat(locale(), {style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits}).format(shown);
}

/** Milliseconds, in the unit that fits. */
export function millis(value) {
  if (value === null || value === undefined) {
    return NONE;
  }
  if (value < 1000) {
    return decimal(value < 10 ? value : Math.round(value)) + ' ms';
  }
  if (value < 60_000) {
    return tenths(value / 1000) + ' s';
  }
  if (value < 3_600_000) {
    return tenths(value / 60_000) + ' min';
  }
  return value < 172_800_000 ? tenths(value / 3_600_000) + ' h' : tenths(value / 86_400_000) + ' d';
}

/** How long ago, in seconds as long as that makes sense. */
export function age(value) {
  return value < 60_000 ? tenths(Math.max(100, value) / 1000) + ' s' : millis(value);
}

export function bytes(value) {
  if (value === null || value === undefined) {
    return NONE;
  }
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  return decimal(value / 1024 ** power) + ' ' + units[power];
}

function time(options) {
  return value => new Intl.DateTimeFormat(locale(), {timeZone: zone, hourCycle: 'h23', ...options}).format(new Date(value));
}

export const clock = time({hour: '2-digit', minute: '2-digit'});
export const clockSeconds = time({hour: '2-digit', minute: '2-digit', second: '2-digit'});
export const dayShort = time({month: 'short', day: 'numeric'});
export const dayLong = time({weekday: 'short', year: 'numeric', month: 'short', day: 'numeric'});
export const moment = time({month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit'});

/** A date such as 2026-11-20, which is of no zone. */
export function date(text, options = {weekday: 'short', year: 'numeric', month: 'short', day: 'numeric'}) {
  return new Intl.DateTimeFormat(locale(), {timeZone: 'UTC', ...options}).format(new Date(text + 'T00:00:00Z'));
}

/** The date that a moment has in the zone of the counts. */
export function dateOf(value) {
  return new Intl.DateTimeFormat('en-CA', {timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit'}).format(new Date(value));
}

/** When the hour began in which a moment lies; in some zones that is on the half hour of others. */
export function hourOf(value) {
  const minute = new Intl.DateTimeFormat('en-GB', {timeZone: zone, minute: 'numeric'}).format(new Date(value));
  return (Math.floor(value / 60_000) - Number(minute)) * 60_000;
}

/** A date so many days later. */
export function addDays(text, days) {
  const moved = new Date(text + 'T00:00:00Z');
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

/** When a window was, as short as its length allows. */
export function windowName(time, granularity) {
  return granularity === 'day' ? dayLong(time) : moment(time);
}

/** For the axis; empty where there is no room for each: then only midnights have a name. */
export function axisName(time, granularity, spansDays) {
  if (granularity === 'day') {
    return dayShort(time);
  }
  const shown = clock(time);
  return !spansDays ? shown : shown === '00:00' ? dayShort(time) : '';
}

/** The name of an endpoint, product or page: what was too many to be counted by name has one of ours. */
export function member(name) {
  return name === '__other__' ? t('member.other') : name;
}
