// A second .NET runtime that pools pictures beside the page. Here are only decoding, disturbing and drawing; the pooling is the library's.
import { dotnet } from './_framework/dotnet.js';

const measured = 1024; // Shift and noise are measured on a square of the middle no longer than this.
let cenote, picture, waiting, busy = false;

const ready = (async () => {
    const { getAssemblyExports, getConfig } = await dotnet.create();
    cenote = (await getAssemblyExports(getConfig().mainAssemblyName)).Cenote.Playground.PictureWorker;
})();

// Of requests that come meanwhile only the last one counts; a picture stays until another comes.
onmessage = ({ data }) => {
    waiting = { ...(waiting ?? {}), ...data };
    if (!busy) work();
};

async function work() {
    busy = true;
    await ready;
    while (waiting) {
        const request = waiting;
        waiting = null;
        try {
            if (request.source) await load(request.source);
            if (picture) await answer(request);
        } catch (error) {
            postMessage({ error: text(error) });
        }
        await new Promise(resume => setTimeout(resume));
    }
    busy = false;
}

const text = error => (error.message ?? String(error)).split('\n')[0].replace(/^Error: /, '').replace(/ \(Parameter '.*'\)$/, '');

async function load(source) {
    picture = null;
    let bitmap;
    if (typeof source === 'string') bitmap = sample(source) ?? await createImageBitmap(await (await fetch('./cenote.png')).blob());
    else {
        try {
            bitmap = await createImageBitmap(source);
        } catch {
            throw new Error(`${source.name ?? 'The file'} is no picture that this browser can read.`);
        }
    }
    const { width, height } = bitmap;
    let pixels;
    try {
        pixels = read(bitmap, 0, 0, width, height);
    } catch {
        throw new Error(`The picture of ${width}×${height} pixels is too large for this browser's memory.`);
    }
    const side = [Math.min(width, measured), Math.min(height, measured)];
    const from = [(width - side[0]) >> 1, (height - side[1]) >> 1];
    picture = { width, height, pixels, middle: cut(pixels, width, ...from, ...side), middleWidth: side[0], middleHeight: side[1], isNew: true };
    postMessage({ input: await createImageBitmap(new ImageData(pixels, width, height)), width, height });
}

/** Pixels on white: pooling knows no transparency. */
function read(bitmap, x, y, width, height) {
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
    context.drawImage(bitmap, -x, -y);
    return context.getImageData(0, 0, width, height).data;
}

function cut(pixels, stride, x, y, width, height) {
    if (width === stride && height * stride * 4 === pixels.length) return pixels;
    const part = new Uint8ClampedArray(width * height * 4);
    for (let row = 0; row < height; row++) part.set(pixels.subarray(((y + row) * stride + x) * 4, ((y + row) * stride + x + width) * 4), row * width * 4);
    return part;
}

const bytes = pixels => new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);

function use(pixels, width, height) {
    cenote.SetPicture(bytes(pixels), width, height);
}

async function answer({ settings, gradient }) {
    const start = performance.now();
    use(picture.pixels, picture.width, picture.height);
    const plan = cenote.Describe(settings), [width, height] = cenote.Size(settings);
    let shown, most = 0, ms;
    if (gradient) {
        const received = cenote.Gradient(settings);
        ms = performance.now() - start;
        [shown, most] = gradientPixels(new Float32Array(received.buffer, received.byteOffset, received.byteLength / 4));
        postMessage({ settings, plan, gradient: await createImageBitmap(new ImageData(shown, picture.width, picture.height)), most, width: picture.width, height: picture.height, ms });
        return;
    }
    shown = opaque(cenote.Pool(settings));
    ms = performance.now() - start;
    postMessage({ settings, plan, output: await createImageBitmap(new ImageData(shown, width, height)), width, height, ms, histograms: [histogram(picture.pixels), histogram(shown)], first: [...shown.subarray(0, 4)], sum: sum(shown) });
    // The page has its picture; newer settings go first.
    await new Promise(resume => setTimeout(resume));
    if (waiting) return;
    const whole = picture.middle === picture.pixels, steady = whole ? shown : pool(picture.middle, settings);
    const changes = {};
    for (const [name, disturbed] of [['shift', shifted(picture)], ['noise', noisy(picture.middle)]]) {
        const pooled = pool(disturbed, settings);
        const size = whole ? [width, height] : cenote.Size(settings);
        const input = change(picture.middle, disturbed), output = change(steady, pooled);
        changes[name] = { input: input.mean, output: output.mean, picture: await createImageBitmap(new ImageData(output.pixels, ...size)), inputPicture: await createImageBitmap(new ImageData(input.pixels, picture.middleWidth, picture.middleHeight)) };
        await new Promise(resume => setTimeout(resume));
        if (waiting) return;
    }
    postMessage({ settings, changes, part: whole ? null : [picture.middleWidth, picture.middleHeight] });
}

function pool(pixels, settings) {
    use(pixels, picture.middleWidth, picture.middleHeight);
    return opaque(cenote.Pool(settings));
}

function opaque(pixels) {
    const shown = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.byteLength);
    for (let at = 3; at < shown.length; at += 4) shown[at] = 255;
    return shown;
}

function shifted({ middle, middleWidth: width }) {
    const moved = middle.slice();
    for (let row = 0; row < middle.length; row += width * 4) moved.copyWithin(row + 4, row, row + width * 4 - 4);
    return moved;
}

/** The same noise every time: ±20 levels, from a small generator of its own. */
function noisy(pixels) {
    const changed = pixels.slice();
    let state = 1;
    for (let at = 0; at < changed.length; at++) {
        if ((at & 3) === 3) continue;
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        changed[at] += (state >>> 24) * 40 / 255 - 20;
    }
    return changed;
}

/** How far two pictures differ: the mean over all values, and a picture of it, four times as strong. */
function change(one, other) {
    const pixels = new Uint8ClampedArray(one.length);
    let total = 0;
    for (let at = 0; at < one.length; at += 4) {
        for (let channel = 0; channel < 3; channel++) {
            const difference = Math.abs(one[at + channel] - other[at + channel]);
            total += difference;
            pixels[at + channel] = difference * 4;
        }
        pixels[at + 3] = 255;
    }
    return { mean: total / (one.length * .75), pixels };
}

/** How many pixels have each brightness, in 64 bins. */
function histogram(pixels) {
    const bins = new Array(64).fill(0);
    for (let at = 0; at < pixels.length; at += 4) bins[(pixels[at] * 54 + pixels[at + 1] * 183 + pixels[at + 2] * 19) >> 10]++;
    return bins;
}

function sum(pixels) {
    let total = 0;
    for (let at = 0; at < pixels.length; at += 4) total += pixels[at] + pixels[at + 1] + pixels[at + 2];
    return total;
}

function gradientPixels(received) {
    let most = 0;
    for (let at = 0; at < received.length; at++) if ((at & 3) !== 3 && received[at] > most) most = received[at];
    const shown = new Uint8ClampedArray(received.length), scale = most > 0 ? 255 / most : 0;
    for (let at = 0; at < received.length; at++) shown[at] = (at & 3) === 3 ? 255 : received[at] * scale;
    return [shown, most];
}

/** Pictures that are drawn rather than stored. */
function sample(name) {
    const side = 1024;
    if (name !== 'rays' && name !== 'letters') return null;
    const canvas = new OffscreenCanvas(name === 'rays' ? side : 480, name === 'rays' ? side : 320), context = canvas.getContext('2d');
    context.fillStyle = name === 'rays' ? '#102a43' : '#fffdf7';
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (name === 'rays') {
        context.translate(side / 2, side / 2);
        for (let ray = 0; ray < 72; ray++) {
            context.rotate(Math.PI / 36);
            context.fillStyle = `hsl(${ray * 5} 80% 65%)`;
            context.beginPath();
            context.moveTo(0, 0);
            context.lineTo(side, -side / 72);
            context.lineTo(side, side / 72);
            context.fill();
        }
    } else {
        context.fillStyle = '#1b2430';
        for (let line = 0; line < 12; line++) {
            context.font = `${8 + line * 3}px serif`;
            context.fillText('Max keeps the brightest. 池化 0123456789', 8, 18 + line * line * 1.6 + line * 10);
        }
    }
    return canvas.transferToImageBitmap();
}
