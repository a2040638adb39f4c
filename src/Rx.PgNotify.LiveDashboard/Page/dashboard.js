import { OrdersTable } from './orders-table.js';
import { RateChart } from './rate-chart.js';
import { StatusLine } from './status-line.js';
import { send } from './send.js';

const byId = id => document.getElementById(id);
const money = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat();

const answer = text => { byId('answer').value = text; };
const table = new OrdersTable(byId('orders'), money, async id => answer(await send(`orders/${id}/pay`)));
const chart = new RateChart(byId('rate'), byId('rate-summary'), rows => { byId('now').textContent = whole.format(rows); });
const status = new StatusLine(byId('line'), document.body);

function listen() {
  const events = new EventSource('events');
  events.addEventListener('line', event => status.show(JSON.parse(event.data)));
  events.addEventListener('rate', event => chart.show(JSON.parse(event.data).bars));
  events.addEventListener('orders', event => {
    const { count, total, newest } = JSON.parse(event.data);
    byId('open').textContent = whole.format(count);
    byId('total').textContent = money.format(total);
    byId('caption').textContent = count > newest.length
      ? `The newest ${newest.length} of ${whole.format(count)}`
      : count > 0 ? 'Newest first' : 'None is open';
    table.show(newest);
  });
  events.addEventListener('error', () => {
    status.showServerLost();
    // After an answer that is no event stream a browser does not try again by itself.
    if (events.readyState === EventSource.CLOSED)
      setTimeout(listen, 2000);
  });
}

byId('add').addEventListener('submit', async event => {
  event.preventDefault();
  const form = event.target;
  const refusal = await send('orders', { customer: form.customer.value, amount: form.amount.valueAsNumber });
  answer(refusal);
  if (!refusal)
    form.reset();
});

listen();
