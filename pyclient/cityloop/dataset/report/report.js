"use strict";
// Every section with class "browser" carries its frames as JSON and is wired up by itself.
const LIMBS = [[15, 13], [13, 11], [16, 14], [14, 12], [11, 12], [5, 11], [6, 12], [5, 6], [5, 7],
  [6, 8], [7, 9], [8, 10], [1, 2], [0, 1], [0, 2], [1, 3], [2, 4]];
const SEEN = 2;

function load(url) {
  return new Promise((done) => {
    const image = new Image();
    image.onload = () => done(image);
    image.src = url;
  });
}

function drawArrow(pen, object) {
  if (object.arrow.length < 3) return;
  pen.beginPath();
  object.arrow.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
  pen.fillStyle = object.color;
  pen.fill();
}

function drawKeypoints(pen, object) {
  const points = object.keypoints || [];
  pen.strokeStyle = pen.fillStyle = "#ffd54f";
  for (const [a, b] of LIMBS) {
    if (!points[a] || points[a][2] !== SEEN || points[b][2] !== SEEN) continue;
    pen.beginPath();
    pen.moveTo(points[a][0], points[a][1]);
    pen.lineTo(points[b][0], points[b][1]);
    pen.stroke();
  }
  for (const [x, y, visible] of points) {
    if (!visible) continue;
    pen.beginPath();
    pen.arc(x, y, 1.6, 0, 2 * Math.PI);
    if (visible === SEEN) pen.fill(); else pen.stroke();
  }
}

function drawBox(pen, object, withSpeed) {
  const [x0, y0, x1, y1] = object.box;
  pen.strokeStyle = object.color;
  pen.lineWidth = 1.5;
  pen.strokeRect(x0, y0, x1 - x0, y1 - y0);
  if (y1 - y0 < 24) return;
  const words = `#${object.id}` + (withSpeed && object.kmh >= 0.7 ? ` ${object.kmh} km/h` : "");
  pen.font = "11px sans-serif";
  pen.fillStyle = object.color;
  pen.fillRect(x0, y0 - 13, pen.measureText(words).width + 4, 13);
  pen.fillStyle = "#000";
  pen.fillText(words, x0 + 2, y0 - 3);
}

function browse(section) {
  const frames = JSON.parse(section.querySelector("script").textContent);
  const canvas = section.querySelector("canvas");
  const slider = section.querySelector("input[type=range]");
  const told = section.querySelector(".told");
  const boxes = [...section.querySelectorAll("input[type=checkbox]")];
  const pen = canvas.getContext("2d");
  let turn = 0;

  async function show() {
    const mine = ++turn;
    const frame = frames[Number(slider.value)];
    const on = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const layers = ["rgb", "depth", "flow", "masks"].filter(
      (name) => frame.pictures[name] && (name === "rgb" || on.has(name)));
    const images = await Promise.all(layers.map((name) => load(frame.pictures[name])));
    if (mine !== turn) return;  // another frame has been asked for meanwhile
    canvas.width = images[0].width;
    canvas.height = images[0].height;
    images.forEach((image, i) => {
      pen.globalAlpha = { rgb: 1, depth: 0.9, flow: 0.8, masks: 0.6 }[layers[i]];
      pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    });
    pen.globalAlpha = 1;
    const far = [...frame.objects].sort((a, b) => b.distance - a.distance);
    for (const object of far) {
      if (on.has("velocity")) drawArrow(pen, object);
      if (on.has("boxes")) drawBox(pen, object, on.has("velocity"));
      if (on.has("keypoints")) drawKeypoints(pen, object);
    }
    section.querySelector(".legend").hidden = !on.has("flow");
    section.dataset.shown = `${frame.number}:${[...on].sort().join(",")}`;
    section.querySelector(".when").textContent =
      `frame ${frame.number}, ${frame.time}, ${frame.objects.length} objects`;
  }

  canvas.addEventListener("mousemove", (event) => {
    const area = canvas.getBoundingClientRect();
    const x = ((event.clientX - area.left) * canvas.width) / area.width;
    const y = ((event.clientY - area.top) * canvas.height) / area.height;
    const under = frames[Number(slider.value)].objects
      .filter(({ box }) => x >= box[0] && y >= box[1] && x < box[2] && y < box[3])
      .sort((a, b) => a.distance - b.distance)[0];
    told.textContent = under
      ? `#${under.id} ${under.name} (${under.kind}, ${under.activity || "still"}): ` +
        `${under.distance} m, ${under.kmh} km/h, ${Math.round(100 * under.visible)} % visible`
      : "";
  });
  slider.addEventListener("input", show);
  boxes.forEach((box) => box.addEventListener("change", show));
  show();
}

document.querySelectorAll(".browser").forEach(browse);
