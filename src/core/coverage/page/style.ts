/** Colours are few: one hue for volumes, and one each for what needs a look. They are checked in light and dark. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f7f8fa; --card: #fff; --ink: #16202c; --soft: #566270; --line: #d5dbe3; --focus: #0b5fd0;
  --v0: #eef1f5; --v1: #cfe1f5; --v2: #9cc4ec; --v3: #5b9bd9; --v4: #2a6db5; --v5: #123f78;
  --on-low: #16202c; --on-mid: #0c1622; --on-high: #fff;
  --good: #17683a; --good-bg: #e2f4e8; --bad: #a3201d; --bad-bg: #fde8e6; --warn: #7a4b00; --warn-bg: #fdf0d7;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10151b; --card: #182029; --ink: #e6ebf1; --soft: #9fabb9; --line: #323d4a; --focus: #7fb4ff;
    --v0: #222c37; --v1: #1d3a5c; --v2: #235288; --v3: #3273bb; --v4: #67a3e2; --v5: #b7d7f8;
    --on-low: #e6ebf1; --on-mid: #fff; --on-high: #0c1218;
    --good: #7fd6a0; --good-bg: #16301f; --bad: #ff9d96; --bad-bg: #3d1a19; --warn: #f1c470; --warn-bg: #372a10;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 16px; }
h1 { font-size: 1.35rem; line-height: 1.25; margin: 8px 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 0 0 8px; }
h3 { font-size: .95rem; margin: 0 0 6px; font-weight: 600; }
#day h3, .card > h3 { margin-top: 16px; }
.months + p { margin-top: 12px; }
p { margin: 0 0 8px; }
code { font: .85em/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px; margin: 14px 0; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 10px; margin: 12px 0 0; }
.facts div { border-left: 3px solid var(--line); padding-left: 10px; }
.facts dt { color: var(--soft); font-size: .85rem; }
.facts dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
.verdict { display: inline-block; border-radius: 6px; padding: 2px 10px; font-weight: 600; }
.verdict.intact { color: var(--good); background: var(--good-bg); }
.verdict.findings { color: var(--bad); background: var(--bad-bg); }
.verdict.not-proven { color: var(--warn); background: var(--warn-bg); }
ul.plain { list-style: none; margin: 0; padding: 0; }
ul.plain li { border-top: 1px solid var(--line); padding: 6px 0; }
ul.plain li:first-child { border-top: 0; }
fieldset { border: 0; margin: 0 0 10px; padding: 0; display: flex; flex-wrap: wrap; gap: 6px; }
legend { padding: 0; margin-bottom: 6px; font-weight: 600; }
fieldset label { border: 1px solid var(--line); border-radius: 999px; padding: 5px 12px; cursor: pointer; background: var(--card); }
fieldset input { position: absolute; opacity: 0; }
fieldset label:has(:checked) { background: var(--ink); color: var(--card); border-color: var(--ink); }
:focus-visible, fieldset label:has(:focus-visible) { outline: 3px solid var(--focus); outline-offset: 2px; }
.key { display: flex; flex-wrap: wrap; gap: 6px 14px; margin: 0 0 12px; font-size: .85rem; color: var(--soft); align-items: center; }
.key span { display: inline-flex; align-items: center; gap: 5px; }
.key i { width: 18px; height: 18px; border-radius: 4px; display: inline-grid; place-items: center; font-style: normal; color: var(--on-low); }
.ramp { gap: 2px !important; }
.months { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 252px), 1fr)); gap: 18px; }
.month { max-width: 380px; }
.week { display: grid; grid-template-columns: repeat(7, 1fr); gap: 3px; }
.week abbr { text-align: center; color: var(--soft); font-size: .75rem; text-decoration: none; }
.day { position: relative; aspect-ratio: 1; min-height: 30px; border: 1px solid transparent; border-radius: 5px; font: 600 .78rem/1 system-ui, sans-serif;
  font-variant-numeric: tabular-nums; padding: 0; cursor: pointer; background: var(--v0); color: var(--on-low); }
.day.v1 { background: var(--v1); } .day.v2 { background: var(--v2); }
.day.v3 { background: var(--v3); color: var(--on-mid); } .day.v4 { background: var(--v4); color: var(--on-high); }
.day.v5 { background: var(--v5); color: var(--on-high); }
i.v1 { background: var(--v1); } i.v2 { background: var(--v2); } i.v3 { background: var(--v3); } i.v4 { background: var(--v4); } i.v5 { background: var(--v5); }
.quiet { background: transparent; border: 1px solid var(--good); color: var(--good) !important; }
.none { background: var(--v0); color: var(--soft); }
.gap { background: repeating-linear-gradient(135deg, var(--warn-bg) 0 5px, transparent 5px 10px); border: 1px dashed var(--warn); color: var(--warn) !important; }
.found { box-shadow: 0 0 0 2px var(--card), 0 0 0 4px var(--bad); }
.found::after { content: "!"; position: absolute; top: -6px; right: -5px; width: 15px; height: 15px; border-radius: 50%; background: var(--bad); color: var(--card); font: 700 11px/15px system-ui; }
i.found { box-shadow: none; border: 2px solid var(--bad); } i.found::after { display: none; }
.day[aria-pressed=true] { outline: 3px solid var(--ink); outline-offset: 1px; }
.hours { display: grid; grid-template-columns: repeat(24, 1fr); gap: 2px; height: 90px; align-items: end; margin: 6px 0 2px; }
.hours div { background: var(--v4); border-radius: 2px 2px 0 0; min-height: 2px; }
.hours div.maybe { background: repeating-linear-gradient(135deg, var(--v3) 0 2px, transparent 2px 5px); height: 14px; }
.hours div.nothing { background: var(--line); }
.axis { display: grid; grid-template-columns: repeat(4, 1fr); font-size: .75rem; color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; }
th, td { text-align: left; padding: 5px 10px 5px 0; border-top: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 500; border-top: 0; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td code { display: block; min-width: 200px; }
.top { display: flex; justify-content: space-between; gap: 10px; align-items: start; }
button.close { border: 1px solid var(--line); background: var(--card); color: var(--ink); border-radius: 6px; padding: 4px 12px; font: inherit; cursor: pointer; }
details summary { cursor: pointer; padding: 4px 0; }
@media (max-width: 480px) {
  main { padding: 10px; }
  .card { padding: 12px; }
  .month { max-width: none; }
  .day { min-height: 38px; font-size: .85rem; }
  /* On a phone a table is a list: what it says stands below each other. */
  table.objects tr { display: grid; grid-template-columns: 1fr auto; gap: 0 10px; border-top: 1px solid var(--line); padding: 6px 0; }
  table.objects thead { display: none; }
  table.objects td { border: 0; padding: 0; }
  table.objects td:first-child { grid-column: 1 / -1; }
}
@media print { .close, fieldset { display: none; } body { background: #fff; } }
`;
