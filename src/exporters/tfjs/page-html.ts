/** Owns `index.html` of the page that an export carries: what it shows, before and while its scripts run. */

import { escaped } from '../../lib/markup.ts';

/**
 * @param takesFaces whether the network was trained on faces that were cut out of pictures, which the page does not do
 * @param scripts their paths, in the order in which they run
 */
export function pageHtml(title: string, takesFaces: boolean, scripts: readonly string[]): string {
  const name = escaped(title);
  const tags = scripts.map((path) => `<script src="${path}"></script>`).join('\n    ');
  return HTML.replaceAll('TITLE', () => name)
    .replace('FACES', () => (takesFaces ? FACES : ''))
    .replace('SCRIPTS', () => tags);
}

const FACES = `
      <p id="faces">
        This network was trained on pictures that were cut to the face. This page does not cut them: give it such
        pictures, or fill the camera's picture with the face.
      </p>`;

const HTML = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>TITLE</title>
    <style>
      :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
      body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
      #drop { border: 2px dashed; padding: 1rem; margin: 1rem 0; }
      #drop > * { margin: 0.25rem 1rem 0.25rem 0; }
      #shown { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start; }
      #seen { width: 224px; image-rendering: pixelated; border: 1px solid; }
      table { border-spacing: 0.5rem 0.1rem; }
      th { text-align: left; font-weight: normal; }
      td:last-child { text-align: right; font-variant-numeric: tabular-nums; }
      tr.highest { font-weight: bold; }
      tr.highest th { font-weight: bold; }
      .small { font-size: 0.875rem; }
    </style>
  </head>
  <body>
    <main>
      <h1>TITLE</h1>FACES
      <p id="state" role="status">The network is not here: unpack the whole zip and open this page from the folder.</p>
      <div id="drop">
        <label>A picture: <input id="file" type="file" accept="image/*" disabled /></label>
        <button id="camera" type="button" disabled>Use the camera</button>
        <p class="small">Or drop one here. Nothing leaves this machine.</p>
      </div>
      <p id="camera-state" role="status"></p>
      <p id="answer" role="status"></p>
      <div id="shown" hidden>
        <canvas id="seen" role="img" aria-label="The picture as the network sees it"></canvas>
        <table id="bars" aria-label="Probabilities"></table>
      </div>
      <p id="proof" class="small" role="status"></p>
      <p class="small">
        The network knows nothing but its classes: of any other picture it names one of them all the same. An expression
        is not a feeling. README.md, beside this page, says where the network comes from and how well it did.
      </p>
    </main>
    SCRIPTS
  </body>
</html>
`;
