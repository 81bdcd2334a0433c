/* Shortcuts and a loupe: everything here can be done without it as well. */
"use strict";

const SWITCH = "tarazy-keys";
const ZOOM = 4;
/* By place on the keyboard: the same keys work in the Kazakh and the Russian layout. */
const KEYS = { KeyC: "c", KeyE: "e", KeyR: "r", KeyN: "n", KeyT: "t" };

const toggle = document.querySelector("[data-keys]");
if (toggle) {
  toggle.checked = localStorage.getItem(SWITCH) !== "off";
  toggle.addEventListener("change", () => localStorage.setItem(SWITCH, toggle.checked ? "on" : "off"));
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=checkbox]), select, textarea");
  if (typing && event.key === "Escape") event.target.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (localStorage.getItem(SWITCH) === "off") return;
  const key = KEYS[event.code];
  const button = document.querySelector(`[data-key="${key}"]`);
  const field = document.querySelector(`[data-focus="${key}"]`);
  if (button) button.click();
  if (field) {
    field.focus();
    if (field.select) field.select();
  }
  if (button || field) event.preventDefault();
});


for (const picture of document.querySelectorAll("[data-loupe]")) {
  const whole = picture.viewBox.baseVal;
  const [width, height] = [whole.width, whole.height];
  let close = false;
  const look = (x, y) => {
    const [w, h] = [width / ZOOM, height / ZOOM];
    const left = Math.min(Math.max(0, x * width - w / 2), width - w);
    const top = Math.min(Math.max(0, y * height - h / 2), height - h);
    picture.setAttribute("viewBox", close ? `${left} ${top} ${w} ${h}` : `0 0 ${width} ${height}`);
    picture.classList.toggle("close", close);
  };
  const at = (event) => {
    const box = picture.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  picture.addEventListener("click", (event) => {
    close = !close;
    look(...at(event));
  });
  picture.addEventListener("pointermove", (event) => close && look(...at(event)));
  picture.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    close = !close;
    const plate = picture.querySelector(".plate");
    const [x, y] = plate ? [plate.x.baseVal.value / width, plate.y.baseVal.value / height] : [0.5, 0.5];
    look(x, y);
  });
}
