/**
 * A moving test picture: colour bars, a hand that turns once a second, the time of day and the number of the frame.
 *
 * @returns the picture as a live track of `frameRate` pictures per second.
 */
export function drawTestPicture(width: number, height: number, frameRate: number): MediaStreamTrack {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("this browser cannot draw on a canvas");
  let frame = 0;
  const draw = () => drawFrame(context, frame++);
  draw();
  setInterval(draw, 1000 / frameRate);
  const track = canvas.captureStream(frameRate).getVideoTracks()[0];
  if (track === undefined) throw new Error("this browser cannot capture a canvas");
  return track;
}

const BARS = ["#c8c8c8", "#c8c832", "#32c8c8", "#32c832", "#c832c8", "#c83232", "#3232c8"];

function drawFrame(context: CanvasRenderingContext2D, frame: number): void {
  const { width, height } = context.canvas;
  for (const [index, colour] of BARS.entries()) {
    context.fillStyle = colour;
    context.fillRect((index * width) / BARS.length, 0, width / BARS.length + 1, height);
  }
  drawHand(context, (Date.now() % 1000) / 1000);
  context.fillStyle = "#101418";
  context.fillRect(0, height * 0.76, width, height * 0.24);
  context.fillStyle = "#ffffff";
  context.textBaseline = "middle";
  context.font = `${Math.round(height * 0.12)}px ui-monospace, monospace`;
  context.textAlign = "left";
  context.fillText(new Date().toISOString().slice(11, 23), width * 0.03, height * 0.88);
  context.textAlign = "right";
  context.fillText(`#${frame}`, width * 0.97, height * 0.88);
}

/** @param turn how far the hand has turned from the top, 0 to 1. */
function drawHand(context: CanvasRenderingContext2D, turn: number): void {
  const { width, height } = context.canvas;
  const radius = height * 0.3;
  const angle = turn * 2 * Math.PI - Math.PI / 2;
  context.beginPath();
  context.arc(width / 2, height * 0.38, radius, 0, 2 * Math.PI);
  context.fillStyle = "#101418";
  context.fill();
  context.beginPath();
  context.moveTo(width / 2, height * 0.38);
  context.lineTo(width / 2 + Math.cos(angle) * radius, height * 0.38 + Math.sin(angle) * radius);
  context.strokeStyle = "#ffffff";
  context.lineWidth = height * 0.025;
  context.stroke();
}
