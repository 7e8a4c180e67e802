"use strict";
// Makes charts livelier where scripts run. Without them every page says the same: as SVG, as a table, as CSV.

(() => {
  const words = new Intl.NumberFormat("en");

  // How times are written below a chart: from so many seconds between marks, the mark, and what a new year or day adds.
  const calendar = [
    [31536000, "{YYYY}", null, null, null, null, null, null, 1],
    [2419200, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
    [86400, "{D} {MMM}", "\n{YYYY}", null, null, null, null, null, 1],
    [1, "{HH}:{mm}", "\n{D} {MMM} {YYYY}", null, "\n{D} {MMM}", null, null, null, 1],
  ];

  // The points of a chart, from the table that stands below it.
  function pointsOf(figure) {
    const times = [], values = [], names = [];
    for (const row of figure.querySelectorAll("tbody tr")) {
      const when = row.querySelector("time");
      times.push(Date.parse(when.dateTime) / 1000);
      names.push(when.textContent);
      const value = row.querySelector("[data-value]").dataset.value;
      values.push(value === "" ? null : Number(value));
    }
    if (figure.dataset.kind === "steps") holdUntilGaps(times, values, names);
    return {times, values, names};
  }

  // A step that ends in a gap gets a point just before it: uPlot would leave the whole step out.
  function holdUntilGaps(times, values, names) {
    for (let place = values.length - 1; place > 0; place--) {
      if (values[place] !== null || values[place - 1] === null) continue;
      times.splice(place, 0, times[place] - 0.001);
      values.splice(place, 0, values[place - 1]);
      names.splice(place, 0, names[place - 1]);
    }
  }

  // From the first bar to the end of the last one, which begins at its time.
  function barsRange(times) {
    const last = times.at(-1), end = 2 * last - times.at(-2);
    return (plot, low, high) => [low, high === last ? end : high];
  }

  function colours() {
    const styles = getComputedStyle(document.documentElement);
    return name => styles.getPropertyValue(name).trim();
  }

  function options(figure, points, width, tell) {
    const colour = colours();
    const isBars = figure.dataset.kind === "bars";
    const font = "12px " + getComputedStyle(document.body).fontFamily;
    const axis = {stroke: colour("--soft"), font, ticks: {show: false}, grid: {stroke: colour("--rule"), width: 1}};
    return {
      width,
      height: 230,
      tzDate: seconds => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      legend: {show: false},
      cursor: {y: false, points: {show: !isBars}, drag: {x: true, y: false}},
      scales: {
        x: isBars && points.times.length > 1 ? {range: barsRange(points.times)} : {},
        y: {range: (plot, low, high) => [0, Math.max(1, high) * 1.05]},
      },
      axes: [
        {...axis, grid: {show: false}, values: calendar},
        {...axis, size: 60, values: (plot, marks) => marks.map(mark => Number.isInteger(mark) ? words.format(mark) : "")},
      ],
      series: [
        {},
        {
          stroke: colour("--bar"),
          fill: isBars ? colour("--bar") : undefined,
          width: isBars ? 0 : 2,
          points: {show: false},
          paths: isBars ? uPlot.paths.bars({size: [0.75, 60], align: points.times.length > 1 ? 1 : 0}) : uPlot.paths.stepped({align: 1}),
        },
      ],
      hooks: {setCursor: [plot => tell(plot.cursor.idx)]},
    };
  }

  function enliven(figure) {
    const points = pointsOf(figure);
    const still = figure.querySelector(".still");
    const live = document.createElement("div");
    live.className = "live";
    live.setAttribute("role", "img");
    live.setAttribute("aria-label", still.querySelector("svg").getAttribute("aria-label"));
    const readout = document.createElement("p");
    readout.className = "readout live";
    readout.setAttribute("aria-hidden", "true");
    const tell = place => {
      readout.textContent = place == null ? "Point at the chart to read it; drag to look closer, double-click for all."
        : points.names[place] + ": " + (points.values[place] == null ? "no" : words.format(points.values[place])) + " " + figure.dataset.unit;
    };
    tell(null);
    still.after(live, readout);
    figure.classList.add("is-live");
    let plot = null;
    const draw = () => {
      if (plot) plot.destroy();
      plot = new uPlot(options(figure, points, live.clientWidth, tell), [points.times, points.values], live);
    };
    draw();
    new ResizeObserver(() => {
      if (live.clientWidth && Math.abs(live.clientWidth - plot.width) > 1) plot.setSize({width: live.clientWidth, height: 230});
    }).observe(live);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
    figure.querySelector(".under").append(button("PNG", "PNG of: " + figure.dataset.name, () => {
      plot.ctx.canvas.toBlob(picture => save(picture, figure.dataset.name + ".png"));
    }));
  }

  function button(words, label, action) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "plain-button";
    made.textContent = words;
    made.setAttribute("aria-label", label);
    made.addEventListener("click", action);
    return made;
  }

  function save(content, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  for (const figure of document.querySelectorAll("figure.chart")) {
    if (window.uPlot) enliven(figure);
  }

  for (const box of document.querySelectorAll("pre.copy")) {
    if (!navigator.clipboard) break;
    const made = button("Copy", "Copy: SQL", async () => {
      await navigator.clipboard.writeText(box.textContent);
      made.textContent = "Copied";
    });
    box.after(made);
  }
})();
