/** Annotations in a chart of days: a dashed line at each day, a band over several. The list below the chart says what they are. */
import type uPlot from 'uplot';

/** The days that an annotation is about. */
export interface Mark {
  first_day: string;
  last_day: string;
}

/** What draws the annotations that have a day in the chart. */
export function drawMarks(days: readonly string[], marks: readonly Mark[], colour: string): uPlot.Plugin {
  const [first, last] = [days[0] ?? '', days.at(-1) ?? ''];
  const seen = marks.filter((mark) => mark.first_day <= last && mark.last_day >= first);
  return {
    hooks: {
      draw: (chart) => {
        const { ctx, bbox } = chart;
        ctx.save();
        ctx.strokeStyle = colour;
        ctx.fillStyle = colour;
        ctx.lineWidth = devicePixelRatio;
        ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
        for (const mark of seen) {
          const from = days.findIndex((day) => day >= mark.first_day);
          const to = days.findLastIndex((day) => day <= mark.last_day);
          const [left, right] = [from, to].map((i) => chart.valToPos(i, 'x', true)) as [number, number];
          if (right > left) {
            ctx.globalAlpha = 0.12;
            ctx.fillRect(left, bbox.top, right - left, bbox.height);
            ctx.globalAlpha = 1;
          }
          ctx.beginPath();
          ctx.moveTo(left, bbox.top);
          ctx.lineTo(left, bbox.top + bbox.height);
          ctx.stroke();
        }
        ctx.restore();
      },
    },
  };
}
