/** What makes the page answer: draws the calendar of the chosen type and opens days. Plain text only goes into the page. */
export const script = `
'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const $ = (id) => document.getElementById(id);
const el = (tag, props, ...children) => {
  const made = Object.assign(document.createElement(tag), props);
  made.append(...children.filter((child) => child !== undefined));
  return made;
};
const number = (n) => String(n).replace(/\\B(?=(\\d{3})+$)/g, ',');
const counted = (n, one, many) => number(n) + ' ' + (n === 1 ? one : many);
const bytes = (n) => {
  let unit = 0;
  while (n >= 1024 && unit < 4) { n /= 1024; unit++; }
  return (unit === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)) + ' ' + ['B', 'KiB', 'MiB', 'GiB', 'TiB'][unit];
};
const monthName = (month) =>
  new Date(month + '-01T00:00Z').toLocaleString('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });
const dayName = (day) =>
  new Date(day + 'T00:00Z').toLocaleString('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
const words = {
  quiet: 'proven quiet: the writer was at work all day, and nothing came',
  none: 'nothing of it, although the log speaks of the day',
  gap: 'the log says nothing of this day',
};
let type = '';
let open = '';

const chosenTypes = () => (type === '' ? data.types : [type]);
const cellsOf = (day) =>
  chosenTypes().flatMap((name) => (data.cells[name] && data.cells[name][day] ? [[name, data.cells[name][day]]] : []));
const sum = (cells, member) => cells.reduce((total, [, cell]) => total + cell[member], 0);
const findingsOf = (day) => (data.findings[day] || []).filter((one) => type === '' || one.type === '' || one.type === type);

function stateOf(day, lines) {
  const sums = data.days[day];
  if (lines > 0) return 'delivered';
  if (!sums || !sums.spoken) return 'gap';
  return sums.quietMinutes >= 1380 ? 'quiet' : 'none';
}

function drawCalendar() {
  const volumes = data.all.map((day) => sum(cellsOf(day), 'lines'));
  const most = Math.max(1, ...volumes);
  const step = (lines) => Math.max(1, Math.ceil(Math.sqrt(lines / most) * 5));
  const months = new Map();
  data.all.forEach((day, at) => {
    const month = day.slice(0, 7);
    if (!months.has(month)) months.set(month, []);
    months.get(month).push(dayButton(day, volumes[at], step));
  });
  $('months').replaceChildren(...[...months].map(([month, days]) => {
    const first = (new Date(days[0].dataset.day + 'T00:00Z').getUTCDay() + 6) % 7;
    if (days.length > 0) days[0].style.gridColumnStart = first + 1;
    const week = el('div', { className: 'week' },
      ...['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'].map((name) => el('abbr', { textContent: name })), ...days);
    return el('section', { className: 'month' }, el('h3', { textContent: monthName(month) }), week);
  }));
  const buttons = [...document.querySelectorAll('.day')];
  const current = buttons.find((one) => one.dataset.day === open) || buttons.at(-1);
  if (current) current.tabIndex = 0;
  $('most').textContent = number(most);
}

function dayButton(day, lines, step) {
  const state = stateOf(day, lines);
  const found = findingsOf(day).length;
  const says = state === 'delivered'
    ? counted(lines, 'line', 'lines') + ' in ' + counted(sum(cellsOf(day), 'objects'), 'object', 'objects')
    : words[state];
  const button = el('button', {
    type: 'button',
    className: 'day ' + (state === 'delivered' ? 'v' + step(lines) : state) + (found > 0 ? ' found' : ''),
    textContent: String(Number(day.slice(8))),
    tabIndex: -1,
    title: day + ': ' + says,
  });
  button.dataset.day = day;
  button.setAttribute('aria-label', dayName(day) + ': ' + says + (found > 0 ? ', ' + counted(found, 'finding', 'findings') : ''));
  button.setAttribute('aria-pressed', String(day === open));
  button.addEventListener('click', () => show(day, true));
  return button;
}

function show(day, focus) {
  open = day;
  for (const button of document.querySelectorAll('.day'))
    button.setAttribute('aria-pressed', String(button.dataset.day === day));
  const cells = cellsOf(day);
  const lines = sum(cells, 'lines');
  const state = stateOf(day, lines);
  const sums = data.days[day];
  const card = $('day');
  const close = el('button', { type: 'button', className: 'close', textContent: 'Close' });
  close.addEventListener('click', hide);
  const title = el('h2', { textContent: dayName(day) + (type === '' ? '' : ', ' + type), tabIndex: -1 });
  card.replaceChildren(
    el('div', { className: 'top' }, title, close),
    el('p', { textContent: state === 'delivered'
      ? counted(lines, 'line', 'lines') + ', ' + counted(sum(cells, 'objects'), 'object', 'objects') + ', ' + bytes(sum(cells, 'bytes'))
      : words[state][0].toUpperCase() + words[state].slice(1) + '.' }),
    ...(lines > 0 ? hoursOf(cells) : []),
    ...deliveriesOf(sums),
    ...foundOn(day),
    ...objectsOf(cells),
  );
  card.hidden = false;
  if (focus) { title.focus({ preventScroll: true }); card.scrollIntoView({ block: 'nearest' }); }
}

function hide() {
  const day = open;
  open = '';
  $('day').hidden = true;
  for (const button of document.querySelectorAll('.day')) {
    button.setAttribute('aria-pressed', 'false');
    if (button.dataset.day === day) button.focus();
  }
}

function hoursOf(cells) {
  const exact = Array.from({ length: 24 }, (_, hour) => cells.reduce((total, [, cell]) => total + cell.hours[hour], 0));
  const touched = cells.reduce((mask, [, cell]) => mask | cell.touched, 0);
  const spread = sum(cells, 'spread');
  const most = Math.max(1, ...exact);
  const bars = exact.map((lines, hour) => {
    const maybe = lines === 0 && (touched & (1 << hour)) !== 0;
    const bar = el('div', { className: lines > 0 ? '' : maybe ? 'maybe' : 'nothing' });
    if (lines > 0) bar.style.height = Math.max(4, (lines / most) * 100) + '%';
    const name = String(hour).padStart(2, '0') + ':00';
    bar.title = name + ' ' + (lines > 0 ? counted(lines, 'line', 'lines') : maybe ? 'some lines, in objects of several hours' : 'nothing');
    return bar;
  });
  const label = exact.flatMap((lines, hour) => (lines > 0 ? [hour + ':00 ' + lines] : [])).join(', ');
  const chart = el('div', { className: 'hours' }, ...bars);
  chart.setAttribute('role', 'img');
  chart.setAttribute('aria-label', 'Lines by hour: ' + (label || 'not known by hour'));
  const axis = el('div', { className: 'axis' }, ...['00', '06', '12', '18'].map((hour) => el('span', { textContent: hour + ':00' })));
  const note = spread === 0 ? [] : [el('p', { className: 'soft', textContent:
    counted(spread, 'line lies', 'lines lie') + ' in objects of several hours (hatched): which hour, the leaves do not say.' })];
  return [el('h3', { textContent: 'By hour (UTC)' }), chart, axis, ...note];
}

function deliveriesOf(sums) {
  if (!sums || !sums.spoken) return [];
  const late = Object.entries(sums.lateness);
  const rows = [
    counted(sums.runs, 'run', 'runs') + ' ended on this day' + (sums.failed > 0 ? ', ' + sums.failed + ' of them not complete' : ''),
    ...(sums.quietMinutes > 0 ? [Math.round(sums.quietMinutes / 6) / 10 + ' hours are proven quiet'] : []),
    ...(late.length > 0 ? ['Age of events when they were delivered: ' + late.map(([age, n]) => age + ' ' + number(n)).join(', ')] : []),
    ...Object.entries(sums.quarantined).map(([reason, n]) => counted(n, 'line was', 'lines were') + ' set aside: ' + reason),
    ...(sums.retired > 0 ? ['The removal of ' + counted(sums.retired, 'object', 'objects') + ' was recorded'] : []),
  ];
  return [el('h3', { textContent: 'Deliveries' }), el('ul', { className: 'plain' }, ...rows.map((text) => el('li', { textContent: text })))];
}

function foundOn(day) {
  const found = findingsOf(day);
  if (found.length === 0) return [];
  return [el('h3', { textContent: 'Findings' }), el('ul', { className: 'plain' }, ...found.map(({ code, message, key }) =>
    el('li', {}, el('strong', { textContent: code + ' ' }), message, el('br', {}), el('code', { textContent: key }))))];
}

function objectsOf(cells) {
  const objects = cells.flatMap(([, cell]) => cell.list);
  if (objects.length === 0) return [];
  const rows = objects.map(({ key, lines, bytes: size, first, last }) => el('tr', {},
    el('td', {}, el('code', { textContent: key }), first.slice(11, 19) + ' to ' + last.slice(11, 19)),
    el('td', { className: 'n', textContent: counted(lines, 'line', 'lines') }),
    el('td', { className: 'n', textContent: bytes(size) })));
  const head = el('tr', {}, el('th', { textContent: 'Object' }), el('th', { className: 'n', textContent: 'Lines' }), el('th', { className: 'n', textContent: 'Bytes' }));
  const more = sum(cells, 'objects') - objects.length;
  return [
    el('h3', { textContent: 'Objects' }),
    el('div', { className: 'scroll' }, el('table', { className: 'objects' }, el('thead', {}, head), el('tbody', {}, ...rows))),
    ...(more > 0 ? [el('p', { className: 'soft', textContent: 'and ' + counted(more, 'other', 'others') + ', which are not listed here.' })] : []),
  ];
}

const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
$('months').addEventListener('keydown', (event) => {
  const buttons = [...document.querySelectorAll('.day')];
  const at = buttons.indexOf(document.activeElement);
  const to = event.key === 'Home' ? 0 : event.key === 'End' ? buttons.length - 1 : at + (steps[event.key] || 0);
  if (at === -1 || to === at || !buttons[to]) return;
  event.preventDefault();
  buttons[at].tabIndex = -1;
  buttons[to].tabIndex = 0;
  buttons[to].focus();
});
document.addEventListener('keydown', (event) => { if (event.key === 'Escape' && open !== '') hide(); });
$('types').addEventListener('change', (event) => {
  type = event.target.value;
  drawCalendar();
  if (open !== '') show(open, false);
});
drawCalendar();
`;
