/* Charts of the console: direct labels, zero-based bars, units on axes, the number behind each point.
   A chart is a JSON block beside a box with data-chart="<id of the block>". */

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function option(chart) {
  const ink = css("--ink");
  const soft = css("--ink-soft");
  const line = css("--line");
  const tones = [css("--accent"), css("--jade"), css("--line-strong"), css("--amber")];
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const text = { color: soft, fontFamily: css("--font"), fontSize: 12 };
  const values = {
    type: "value",
    name: chart.unit,
    // The end of a sideways axis is the chart's edge, where a unit is cut off.
    nameLocation: chart.sideways ? "middle" : "end",
    nameGap: chart.sideways ? 28 : 15,
    nameTextStyle: { ...text, align: chart.sideways ? "center" : "left" },
    min: chart.kind === "bar" ? 0 : undefined,
    minInterval: chart.series.every((series) => series.values.every(Number.isInteger)) ? 1 : 0,
    axisLabel: text,
    splitNumber: 4,
    splitLine: { lineStyle: { color: line } },
  };
  const labels = {
    type: "category",
    data: chart.labels,
    axisLabel: { ...text, hideOverlap: true },
    axisLine: { lineStyle: { color: line } },
    axisTick: { show: false },
  };
  return {
    animation: !calm,
    animationDuration: 200,
    textStyle: { fontFamily: css("--font") },
    grid: {
      left: 8,
      right: chart.kind === "line" ? 88 : 24,
      top: chart.sideways ? 8 : 36,
      bottom: chart.sideways ? 32 : 8,
      containLabel: true,
    },
    tooltip: {
      trigger: "axis",
      renderMode: "richText", // HTML tooltips carry style attributes, which the content policy refuses
      backgroundColor: css("--card"),
      borderColor: line,
      textStyle: { color: ink, fontSize: 13 },
      valueFormatter: (value) => `${value ?? "–"} ${chart.unit ?? ""}`.trim(),
    },
    xAxis: chart.sideways ? values : labels,
    yAxis: chart.sideways ? { ...labels, inverse: true } : values,
    series: chart.series.map((series, n) => ({
      type: chart.kind,
      name: series.name,
      data: series.values,
      color: tones[n % tones.length],
      barMaxWidth: 28,
      symbolSize: 6,
      lineStyle: { width: n ? 1.5 : 2.5, type: n ? "dashed" : "solid" },
      itemStyle: { borderRadius: chart.kind === "bar" ? 3 : 0 },
      endLabel: { show: chart.kind === "line", formatter: "{a}", color: ink, fontSize: 12 },
      label: {
        show: chart.kind === "bar",
        position: chart.sideways ? "right" : "top",
        color: ink,
        fontSize: 12,
        formatter: chart.series.length > 1 ? "{a} {c}" : "{c}",
      },
    })),
  };
}

function draw(root) {
  for (const box of root.querySelectorAll("[data-chart]")) {
    const source = document.getElementById(box.dataset.chart);
    if (!source || !window.echarts) continue;
    const chart = JSON.parse(source.textContent);
    const drawn = echarts.getInstanceByDom(box) ?? echarts.init(box, null, { renderer: "canvas" });
    drawn.setOption(option(chart), true);
  }
}

draw(document);
document.addEventListener("htmx:load", (event) => draw(event.detail.elt));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(document));
addEventListener("resize", () => {
  for (const box of document.querySelectorAll("[data-chart]")) echarts.getInstanceByDom(box)?.resize();
});
