const texts = {
  Listening: ['live', 'Live: PostgreSQL reports every change'],
  Connecting: ['waiting', 'Connecting to PostgreSQL…'],
  Reconnecting: ['lost', 'The line to PostgreSQL is lost. Reconnecting…'],
  Faulted: ['lost', 'PostgreSQL refuses the line. Trying again…'],
};

/** How things stand, between browser and dashboard and between dashboard and PostgreSQL. */
export class StatusLine {
  #line;
  #page;

  constructor(line, page) {
    this.#line = line;
    this.#page = page;
  }

  show({ state, stale }) {
    const [kind, text] = texts[state] ?? ['waiting', 'Not connected to PostgreSQL'];
    if (stale && kind === 'live')
      this.#set('lost', 'The orders can’t be read. Trying again…', true);
    else
      this.#set(kind, text, stale || kind === 'lost');
  }

  showServerLost() {
    this.#set('lost', 'The dashboard does not answer. Reconnecting…', true);
  }

  // A screen reader speaks whenever the text is set, the same one too.
  #set(kind, text, stale) {
    this.#line.dataset.line = kind;
    this.#page.classList.toggle('stale', stale);
    if (this.#line.textContent !== text)
      this.#line.textContent = text;
  }
}
