/** Annotations in a chart of time: a dashed line at each day, a band over several. The list below the chart says what they are. */
import type uPlot from 'uplot';

/** The days that an annotation is about. */
export interface Mark {
  first_day: string;
  last_day: string;
}

/** What draws annotations. They are those of the days that the chart shows. */
export function drawMarks(days: readonly string[], marks: readonly Mark[], colour: string): uPlot.Plugin {
  // A point stands for the days up to the next one: a week or a month by its first day.
  const pointOf = (day: string): number =>
    Math.max(
      0,
      days.findLastIndex((start) => start <= day),
    );
  const seen = days.length === 0 ? [] : marks;
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
          const ends = [pointOf(mark.first_day), pointOf(mark.last_day)];
          const [left, right] = ends.map((i) => chart.valToPos(i, 'x', true)) as [number, number];
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
