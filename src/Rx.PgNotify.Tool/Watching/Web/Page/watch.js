import { changeLine, noteLine } from './lines.js';

// Older ones go.
const shown = 500;

const byId = id => document.getElementById(id);
const whole = new Intl.NumberFormat();
const list = byId('changes');

let last = 0;
let changes = 0;
let waiting = [];
let isPaused = false;

function add(line) {
  if (isPaused) {
    waiting.push(line);
    if (waiting.length > shown)
      waiting.shift();
    return;
  }

  list.prepend(line);
  while (list.children.length > shown)
    list.lastElementChild.remove();
}

// A screen reader speaks whenever the text is set, the same one too.
function showStatus(kind, text) {
  byId('line').dataset.line = kind;
  if (byId('line').textContent !== text)
    byId('line').textContent = text;
}

function receive(event) {
  const item = JSON.parse(event.data);
  if (item.type === 'status') {
    byId('table').textContent = document.title = item.table;
    showStatus(item.kind, item.text);
    return;
  }

  // A smaller one is of another run at the same address.
  const number = Number(event.lastEventId);
  if (last > 0 && number > last + 1)
    add(noteLine(`${whole.format(number - last - 1)} lines came faster than this browser took them`, 'gap'));
  last = number;
  if (item.type === 'change') {
    changes++;
    byId('count').textContent = changes === 1 ? '1 change' : `${whole.format(changes)} changes`;
    add(changeLine(item));
  } else {
    add(noteLine(item.text, item.kind));
  }
}

function listen() {
  const events = new EventSource('events');
  events.addEventListener('message', receive);
  events.addEventListener('error', () => {
    showStatus('lost', 'pgnotify watch has ended, or does not answer');
    // After an answer that is no event stream a browser does not try again by itself.
    if (events.readyState === EventSource.CLOSED)
      setTimeout(listen, 2000);
  });
}

byId('pause').addEventListener('click', event => {
  isPaused = !isPaused;
  event.target.setAttribute('aria-pressed', isPaused);
  event.target.textContent = isPaused ? 'Go on' : 'Pause';
  if (isPaused)
    return;
  const late = waiting;
  waiting = [];
  late.forEach(add);
});

byId('clear').addEventListener('click', () => {
  list.replaceChildren();
  waiting = [];
});

listen();
