// A table as a file, by RFC 4180. What a spreadsheet would run has an apostrophe before it, as in the API's own CSV.

function cell(value) {
  if (value === null || value === undefined) {
    return '';
  }
  let text = String(value);
  if (typeof value === 'string' && /^[=+\-@\t\r]/.test(text)) {
    text = "'" + text;
  }
  return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}

/** The text of a file with those columns (of an id and a value for each row). */
export function csv(columns, rows) {
  const lines = [columns.map(column => cell(column.id)), ...rows.map(row => columns.map(column => cell(column.value(row))))];
  return lines.map(line => line.join(',') + '\r\n').join('');
}

/** Gives the browser a file to keep. */
export function save(name, text) {
  const url = URL.createObjectURL(new Blob([text], {type: 'text/csv;charset=utf-8'}));
  const link = document.createElement('a');
  link.href = url;
  link.download = name + '.csv';
  link.click();
  // Not before the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
