/** The bones of a report: a page with its style, sections and tables. Whatever comes from a set or a user is escaped. */

/** Text as HTML has it. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const STYLE = `
@page{size:A4;margin:16mm}@page wide{size:A4 landscape}
:root{color-scheme:light;print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{max-width:46rem;margin:2rem auto;padding:0 1rem;background:#fff;color:#1c2029;font:15px/1.45 -apple-system,"Segoe UI",Roboto,Arial,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:1.6rem;font-weight:400;line-height:1.25;margin:.3rem 0}h2{font-size:1rem;margin:1.4rem 0 .4rem;break-after:avoid}
.dim,footer{color:#5b6270}footer{border-top:1px solid #c8ccd4;margin-top:2rem;padding-top:.5rem;font-size:.85rem}
table{border-collapse:collapse;width:100%;font-size:.9rem;break-inside:avoid}th,td{padding:.2rem .3rem;border-top:1px solid #dde0e6;font-weight:400;text-align:right}
th:first-child,td:first-child{text-align:left}thead th{border:0;color:#5b6270}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:.78rem;background:#f4f5f7;padding:.6rem;margin:0}code{overflow-wrap:anywhere}
svg{width:100%;height:auto;break-inside:avoid}.matrix th,.matrix td{text-align:center;border:1px solid #fff;padding:.2rem .1rem}.matrix th[scope=row]{text-align:left}.curves{display:grid;grid-template-columns:1fr 1fr;gap:1rem}pre{break-inside:avoid}.recipe{columns:2;column-gap:1.5rem}
.wide{overflow-x:auto}.wide :is(th,td){overflow-wrap:normal}
@media(max-width:34rem){.curves{grid-template-columns:1fr}.recipe{columns:1}}
@media print{body{margin:0;max-width:none;padding:0;font-size:10pt}.curves{grid-template-columns:1fr 1fr}pre{font-size:7.5pt}.wide{page:wide;overflow:visible}.wide table{font-size:7.5pt}.recipe{font-size:6.5pt;columns:3}}`;

export function page(title: string, parts: readonly string[]): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title><style>${STYLE}</style></head>
<body>${parts.join('\n')}</body></html>
`;
}

export const section = (title: string, inner: string): string =>
  `<section><h2>${escaped(title)}</h2>${inner}</section>`;

/** A table whose rows begin with what they are of. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const heads = head.map((name) => `<th scope="col">${escaped(name)}</th>`).join('');
  const lines = rows.map(([first = '', ...cells]) => {
    const rest = cells.map((cell) => `<td>${escaped(cell)}</td>`).join('');
    return `<tr><th scope="row">${escaped(first)}</th>${rest}</tr>`;
  });
  return `<table><thead><tr>${heads}</tr></thead><tbody>${lines.join('')}</tbody></table>`;
}
