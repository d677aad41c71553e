/** Saves a chart as a picture, with its title, period and legend. */

const MARGIN = 24;
const TITLE = 20;
const SMALL = 13;

interface Named {
  name: string;
  colour: string;
  earlier?: boolean | undefined;
}

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** @param chart the canvas of the chart, in pixels of the screen. */
export async function savePicture(
  chart: HTMLCanvasElement,
  { caption, period, lines }: { caption: string; period: string; lines: readonly Named[] },
): Promise<void> {
  const scale = window.devicePixelRatio || 1;
  const picture = document.createElement('canvas');
  const head = MARGIN + TITLE + 3 * SMALL;
  picture.width = chart.width + 2 * MARGIN * scale;
  picture.height = chart.height + (head + MARGIN + 2 * SMALL) * scale;
  const ink = picture.getContext('2d')!;
  ink.fillStyle = colour('--sheet');
  ink.fillRect(0, 0, picture.width, picture.height);
  ink.drawImage(chart, MARGIN * scale, head * scale);
  ink.scale(scale, scale);
  ink.fillStyle = colour('--text');
  ink.font = `600 ${TITLE}px system-ui, sans-serif`;
  ink.fillText(caption, MARGIN, MARGIN + TITLE * 0.8);
  ink.font = `${SMALL}px system-ui, sans-serif`;
  ink.fillStyle = colour('--muted');
  ink.fillText(`${period} · Tributary`, MARGIN, MARGIN + TITLE + SMALL * 1.3);
  let x = MARGIN;
  const y = picture.height / scale - MARGIN;
  for (const { name, colour: own, earlier } of lines) {
    ink.strokeStyle = own;
    ink.lineWidth = 2;
    ink.setLineDash(earlier ? [4, 4] : []);
    ink.beginPath();
    ink.moveTo(x, y - 4);
    ink.lineTo(x + 18, y - 4);
    ink.stroke();
    ink.fillText(name, x + 24, y);
    x += 24 + ink.measureText(name).width + MARGIN;
  }
  save(await new Promise<Blob | null>((resolve) => picture.toBlob(resolve, 'image/png')), `${caption}.png`);
}

function save(content: Blob | null, name: string): void {
  if (content === null) return;
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
