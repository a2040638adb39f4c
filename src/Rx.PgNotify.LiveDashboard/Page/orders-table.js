const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/**
 * The rows of the table. A row that stays keeps its element, and so the focus of its button. What orders contain
 * becomes text, never markup.
 */
export class OrdersTable {
  #body;
  #money;
  #pay;
  #rows = new Map();
  #shownBefore = false;

  constructor(body, money, pay) {
    this.#body = body;
    this.#money = money;
    this.#pay = pay;
  }

  show(orders) {
    const kept = new Set(orders.map(order => order.id));
    for (const [id, row] of this.#rows) {
      if (!kept.has(id)) {
        row.remove();
        this.#rows.delete(id);
      }
    }

    let next = this.#body.firstElementChild;
    for (const order of orders) {
      const row = this.#rows.get(order.id) ?? this.#create(order);
      row.cells[1].textContent = order.customer;
      row.cells[2].textContent = this.#money.format(order.amount);
      if (row === next)
        next = next.nextElementSibling;
      else
        this.#body.insertBefore(row, next);
    }
    this.#shownBefore = true;
  }

  #create(order) {
    const row = document.createElement('tr');
    row.setAttribute('role', 'row');
    if (this.#shownBefore)
      row.className = 'fresh';
    row.append(cell(order.id, 'number'), cell(''), cell('', 'number'), cell(placed(order.placed), 'moment'), cell(this.#button(order.id)));
    this.#rows.set(order.id, row);
    return row;
  }

  #button(id) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Pay';
    button.setAttribute('aria-label', `Pay order ${id}`);
    button.addEventListener('click', () => this.#pay(id));
    return button;
  }
}

function cell(content, className = '') {
  const td = document.createElement('td');
  td.className = className;
  td.setAttribute('role', 'cell');
  td.append(content);
  return td;
}

function placed(moment) {
  const time = document.createElement('time');
  time.dateTime = moment;
  time.textContent = clock.format(new Date(moment));
  return time;
}
