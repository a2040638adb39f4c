/** A line for a change. What rows contain becomes text, never markup. */
export function changeLine({ time, op, key, changes }) {
  const line = document.createElement('li');
  const moment = document.createElement('time');
  moment.textContent = time;
  line.append(moment, span(op, `op ${op}`));
  for (const pieces of [key, changes]) {
    if (pieces.length) {
      const column = document.createElement('span');
      column.append(...pieces.map(([text, tone]) => span(text, tone)));
      line.append(column);
    }
  }

  return line;
}

/** A line for a remark. */
export function noteLine(text, kind) {
  const line = document.createElement('li');
  line.append(span(text, `note ${kind}`));
  return line;
}

function span(text, className) {
  const element = document.createElement('span');
  element.className = className;
  element.textContent = text;
  return element;
}
