const svg = 'http://www.w3.org/2000/svg';
const seconds = 60;
const box = { left: 64, right: 596, top: 14, bottom: 110 };

// 500, 1K, 2.5M: what stands beside the axis has no more room than five characters.
const short = new Intl.NumberFormat(undefined, { notation: 'compact' });

/** A bar for each second of the last minute. It moves on by itself; the server sends only seconds in which rows changed. */
export class RateChart {
  #summary;
  #tellNow;
  #bars = [];
  #drawing = document.createElementNS(svg, 'g');

  constructor(chart, summary, tellNow) {
    this.#summary = summary;
    this.#tellNow = tellNow;
    chart.append(this.#drawing);
    setInterval(() => this.#draw(), 1000);
  }

  show(bars) {
    this.#bars = bars;
    this.#draw();
  }

  #draw() {
    // The clocks of browser and server may differ a little; no bar lies in the future.
    const now = Math.max(Math.floor(Date.now() / 1000), this.#bars.at(-1)?.second ?? 0);
    const shown = this.#bars.filter(bar => bar.second > now - seconds);
    const highest = Math.max(0, ...shown.map(bar => bar.rows));
    const top = niceTop(highest);
    const width = (box.right - box.left) / seconds;
    const x = second => box.right - (now - second + 1) * width;
    const y = rows => box.bottom - (box.bottom - box.top) * rows / top;

    const marks = [];
    for (const rows of [0, top / 2, top]) {
      marks.push(element('line', { class: 'axis', x1: box.left, x2: box.right, y1: y(rows), y2: y(rows) }));
      marks.push(label(short.format(rows), box.left - 6, y(rows) + 4, 'end'));
    }
    marks.push(label('a minute ago', box.left, box.bottom + 20, 'start'), label('now', box.right, box.bottom + 20, 'end'));
    for (const bar of shown) {
      const left = x(bar.second);
      if (bar.gap)
        marks.push(element('line', { class: 'gap', x1: left, x2: left, y1: box.top, y2: box.bottom }));
      marks.push(element('rect', { class: 'bar', x: left + 1, y: y(bar.rows), width: width - 2, height: box.bottom - y(bar.rows) }));
    }
    this.#drawing.replaceChildren(...marks);

    const last = shown.find(bar => bar.second === now - 1)?.rows ?? 0;
    this.#tellNow(last);
    this.#summary.textContent = `Rows changed a second, in the last minute: ${last} in the last second, ${highest} at the most`;
  }
}

/** 2, 4, 10, 20, 40, 100, …: half of it is a whole number. */
function niceTop(highest) {
  for (let power = 1; ; power *= 10) {
    const top = [2, 4, 10].map(step => step * power).find(step => step >= highest);
    if (top)
      return top;
  }
}

function element(name, attributes) {
  const made = document.createElementNS(svg, name);
  for (const [key, value] of Object.entries(attributes))
    made.setAttribute(key, value);
  return made;
}

function label(text, x, y, anchor) {
  const made = element('text', { x, y, 'text-anchor': anchor });
  made.textContent = text;
  return made;
}
