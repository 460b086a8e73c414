/** Owns the program of the page that an export carries: a picture or the camera in, bars out, and the proof at its start. */

/** `page/page.js`, a classic script that finds the network in `MIEN`. */
export const PAGE_SCRIPT = String.raw`// Runs the network of this folder: on pictures that are chosen or dropped, and on the camera.
'use strict';
(() => {
  const { network, weights } = MIEN;
  const { size, labels, preprocessing, proof } = network;
  const find = (id) => document.getElementById(id);
  const say = (id, text) => {
    find(id).textContent = text;
  };
  const percent = (share) => (100 * share).toFixed(1) + ' %';
  const board = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const seen = find('seen').getContext('2d');
  let model = null;
  let stream = null;

  function bytesOf(parts) {
    const texts = parts.map((part) => atob(part));
    const bytes = new Uint8Array(texts.reduce((sum, text) => sum + text.length, 0));
    let at = 0;
    for (const text of texts) for (let i = 0; i < text.length; i += 1) bytes[at++] = text.charCodeAt(i);
    return bytes;
  }

  // Pictures are brought to size as Mien does it, which is as Pillow does it: browsers' own ways differ.
  const sinc = (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
  const [support, weigh] = {
    area: [0.5, (x) => (x > -0.5 && x <= 0.5 ? 1 : 0)],
    bilinear: [1, (x) => Math.max(0, 1 - Math.abs(x))],
    lanczos: [3, (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0)],
  }[network.resize];

  function weightsFrom(from) {
    const scale = from / size;
    const wide = Math.max(1, scale);
    return Array.from({ length: size }, (_, i) => {
      if (from === size) return { start: i, shares: [1] };
      const centre = (i + 0.5) * scale;
      const start = Math.max(0, Math.trunc(centre - support * wide + 0.5));
      const end = Math.min(from, Math.trunc(centre + support * wide + 0.5));
      const shares = Array.from({ length: end - start }, (_, k) => weigh((k + start - centre + 0.5) / wide));
      const sum = shares.reduce((all, share) => all + share, 0);
      return { start, shares: shares.map((share) => share / sum) };
    });
  }

  // One side of a picture whose pixels have 'step' bytes: [rows, from] to [rows, size], three channels; then turned.
  function oneSide(pixels, rows, from, step) {
    const out = new Uint8ClampedArray(rows * size * 3);
    weightsFrom(from).forEach(({ start, shares }, i) => {
      for (let row = 0; row < rows; row += 1) {
        for (let channel = 0; channel < 3; channel += 1) {
          let value = 0;
          let at = (row * from + start) * step + channel;
          for (let k = 0; k < shares.length; k += 1, at += step) value += shares[k] * pixels[at];
          out[(i * rows + row) * 3 + channel] = Math.floor(value + 0.5);
        }
      }
    });
    return out;
  }

  function pixelsOf(picture, width, height) {
    board.canvas.width = width;
    board.canvas.height = height;
    board.drawImage(picture, 0, 0);
    const { data } = board.getImageData(0, 0, width, height);
    return oneSide(oneSide(data, height, width, 4), size, height, 3);
  }

  async function ask(pixels) {
    const { order, scale, offset } = preprocessing;
    const values = Float32Array.from(pixels, (_, i) => {
      const channel = i % 3;
      return pixels[i - channel + order[channel]] * scale[channel] + offset[channel];
    });
    const input = tf.tensor(values, [1, size, size, 3]);
    const output = model.predict(input);
    const probabilities = await output.data();
    tf.dispose([input, output]);
    return probabilities;
  }

  function draw(pixels) {
    const image = new ImageData(size, size);
    for (let i = 0; i < size * size; i += 1) {
      image.data.set(pixels.subarray(3 * i, 3 * i + 3), 4 * i);
      image.data[4 * i + 3] = 255;
    }
    seen.putImageData(image, 0, 0);
  }

  const lines = labels.map((label) => {
    const row = find('bars').insertRow();
    const name = row.appendChild(document.createElement('th'));
    name.scope = 'row';
    name.textContent = label;
    const bar = row.insertCell().appendChild(document.createElement('progress'));
    bar.setAttribute('aria-label', label);
    return { row, bar, text: row.insertCell() };
  });

  async function show(picture, width, height) {
    const pixels = pixelsOf(picture, width, height);
    const probabilities = await ask(pixels);
    draw(pixels);
    const highest = probabilities.indexOf(Math.max(...probabilities));
    lines.forEach(({ row, bar, text }, index) => {
      row.className = index === highest ? 'highest' : '';
      bar.value = probabilities[index];
      text.textContent = percent(probabilities[index]);
    });
    find('shown').hidden = false;
    say('answer', labels[highest] + ', ' + percent(probabilities[highest]));
  }

  async function decoded(address) {
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    return picture;
  }

  async function take(file) {
    if (file === undefined) return;
    stopCamera();
    // As a data address: the pixels of a picture from a folder are not given to a page.
    const reader = new FileReader();
    await new Promise((resolve) => {
      reader.onloadend = resolve;
      reader.readAsDataURL(file);
    });
    try {
      const picture = await decoded(reader.result);
      await show(picture, picture.naturalWidth, picture.naturalHeight);
    } catch (error) {
      say('answer', file.name + ' is no picture that this browser can read.');
    }
  }

  function stopCamera() {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    find('camera').textContent = 'Use the camera';
  }

  async function startCamera() {
    say('camera-state', '');
    if (navigator.mediaDevices === undefined) {
      say('camera-state', 'This browser gives no camera to a page from here. Choose pictures, or put the folder on a server with https.');
      return;
    }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: true });
    } catch (error) {
      say('camera-state', 'No camera was given (' + error.message + '). Choose pictures, or allow the camera and try again.');
      return;
    }
    find('camera').textContent = 'Stop the camera';
    const video = document.createElement('video');
    video.muted = true;
    video.playsInline = true;
    video.srcObject = stream;
    await video.play();
    while (stream === video.srcObject) {
      await show(video, video.videoWidth, video.videoHeight);
      await tf.nextFrame();
    }
  }

  // Whether this browser computes what Mien did, on pictures that came along.
  async function prove() {
    let difference = 0;
    for (const [index, address] of proof.pictures.entries()) {
      const got = await ask(pixelsOf(await decoded(address), size, size));
      proof.probabilities[index].forEach((expected, i) => {
        // NaN is as far as can be.
        const apart = Math.abs(expected - got[i]);
        difference = Math.max(difference, Number.isNaN(apart) ? Infinity : apart);
      });
    }
    const count = proof.pictures.length;
    say(
      'proof',
      difference <= proof.tolerance
        ? 'Proof: for ' + count + ' pictures that came along, this page agrees with Mien (to ' + difference.toExponential(0) + ').'
        : 'Proof: for ' + count + ' pictures that came along, this page does NOT agree with Mien: a probability is ' + difference.toPrecision(2) + ' off.',
    );
  }

  async function open() {
    say('state', 'Opening the network …');
    seen.canvas.width = size;
    seen.canvas.height = size;
    await tf.ready();
    const weightData = bytesOf(weights.splice(0)).buffer;
    const { topology, weightSpecs } = network;
    model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology: topology, weightSpecs, weightData }));
    await prove();
    for (const id of ['file', 'camera']) find(id).disabled = false;
    say('state', 'Ready. It knows ' + labels.join(', ') + '.');
  }

  find('file').addEventListener('change', ({ target }) => take(target.files[0]));
  find('camera').addEventListener('click', () => (stream === null ? startCamera() : stopCamera()));
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    if (model !== null) take(event.dataTransfer.files[0]);
  });
  open().catch((error) => say('state', 'The network could not be opened: ' + error.message));
})();
`;
