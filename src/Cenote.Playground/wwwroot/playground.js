// What .NET cannot do itself: the address, the pointer, the clipboard, and canvases. No pooling happens here.

let written = '';

/** Tells .NET about addresses that others write, and returns the present one. */
export function watchAddress(app) {
    addEventListener('hashchange', () => {
        if (location.hash.slice(1) !== written) app.invokeMethodAsync('Read', location.hash);
    });
    const theme = localStorage.getItem('theme');
    if (theme) document.documentElement.dataset.theme = theme;
    return location.hash;
}

export function writeAddress(fragment) {
    written = fragment;
    history.replaceState(null, '', '#' + fragment);
}

export const browserLanguage = () => navigator.language;

export function setLanguage(code, title) {
    document.documentElement.lang = code;
    document.title = title;
}

export function switchTheme() {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    localStorage.setItem('theme', root.dataset.theme);
}

/** Copies a line of code; one that begins with # is the address of this page. */
export async function copy(text) {
    await navigator.clipboard.writeText(text.startsWith('#') ? location.href.split('#')[0] + text : text);
}

const watched = new WeakSet();

/** Pointer and arrow keys on the two tables of the grid view. */
export function watchGrid(planes, view) {
    if (!planes || watched.has(planes)) return;
    watched.add(planes);
    let last = null;
    const tell = (event, paints) => {
        // A finger keeps its first target: look for what is under it.
        const cell = document.elementFromPoint(event.clientX, event.clientY)?.closest('td[data-row]');
        if (!cell || !planes.contains(cell)) return;
        const table = cell.closest('table').id, row = +cell.dataset.row, column = +cell.dataset.column, now = `${paints} ${table} ${row} ${column}`;
        if (now === last) return;
        last = now;
        if (paints && table === 'input') view.invokeMethodAsync('Paint', row, column);
        else view.invokeMethodAsync('Point', table, row, column);
    };
    const draws = () => planes.classList.contains('drawing');
    planes.addEventListener('pointerdown', event => tell(event, draws()));
    planes.addEventListener('pointermove', event => tell(event, draws() && event.buttons === 1));
    planes.addEventListener('pointerleave', event => {
        last = null;
        if (event.pointerType === 'mouse') view.invokeMethodAsync('Leave');
    });
    planes.addEventListener('keydown', event => {
        const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
        const table = event.target.closest('table');
        if (!moves || !table) return;
        event.preventDefault();
        view.invokeMethodAsync('Move', table.id, ...moves);
    });
}

let worker, view, shownPicture;

/** The settings changed: asks the worker for the picture anew. The answers come as they are done. */
export function showPicture(pictureView, settings, gradient, name) {
    view = pictureView;
    if (!worker) {
        worker = new Worker('./worker.js', { type: 'module' });
        worker.onmessage = ({ data }) => receive(data);
        worker.onerror = () => receive({ error: 'The worker that pools pictures could not start.' });
    }
    const request = { settings, gradient };
    if (name !== shownPicture && name !== null) {
        shownPicture = name;
        request.source = name;
    }
    worker.postMessage(request);
}

/** The canvases were made anew: the picture is drawn again. */
export function forgetPicture() {
    if (typeof shownPicture === 'string') shownPicture = undefined;
}

/** Files picked, or dropped anywhere on the view. */
export function watchFiles(input, area, pictureView) {
    view = pictureView;
    const take = file => {
        if (!file) return;
        shownPicture = file;
        pendingFile = file;
        view.invokeMethodAsync('Took', file.name);
    };
    input.addEventListener('change', () => { take(input.files[0]); input.value = ''; });
    area.addEventListener('dragover', event => { event.preventDefault(); area.classList.add('dropping'); });
    area.addEventListener('dragleave', () => area.classList.remove('dropping'));
    area.addEventListener('drop', event => {
        event.preventDefault();
        area.classList.remove('dropping');
        take(event.dataTransfer.files[0]);
    });
}

let pendingFile;

/** Sends the file that was taken. */
export function showFile(settings, gradient) {
    worker.postMessage({ settings, gradient, source: pendingFile });
}

function receive(answer) {
    if (answer.input) draw('picture-input', answer.input);
    if (answer.output) draw('picture-output', answer.output);
    if (answer.gradient) draw('picture-output', answer.gradient);
    if (answer.histograms) answer.histograms.forEach((bins, side) => drawHistogram(side ? 'histogram-output' : 'histogram-input', bins));
    const { input, output, gradient, histograms, changes, ...facts } = answer;
    if (changes) {
        for (const [name, one] of Object.entries(changes)) {
            draw(`${name}-input`, one.inputPicture);
            draw(`${name}-output`, one.picture);
            facts[name] = { input: one.input, output: one.output };
        }
    }
    facts.kind = answer.error ? 'error' : input ? 'input' : changes ? 'changes' : gradient ? 'gradient' : 'output';
    window.lastAnswer = { ...window.lastAnswer, [facts.kind]: facts };
    view.invokeMethodAsync('Receive', facts);
}

function draw(id, bitmap) {
    const canvas = document.getElementById(id);
    if (!canvas) return;
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    canvas.getContext('bitmaprenderer').transferFromImageBitmap(bitmap);
}

function drawHistogram(id, bins) {
    const most = Math.max(...bins), path = bins.map((count, bin) => `M${bin + .5} 32V${32 - 32 * Math.sqrt(count / most)}`).join('');
    document.getElementById(id)?.setAttribute('d', path);
}
