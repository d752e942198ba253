/* What a page needs beyond HTML and htmx. No inline script exists, so all of it is here. */

const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token();
});

/* data-open="id" opens a dialog; data-close closes the one it stands in, as does a tap beside it.
   data-toggle="class" puts a class on the button's parent, or takes it away. */
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.open)?.showModal();
  }
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  if (event.target instanceof HTMLDialogElement) event.target.close();
  const toggle = event.target.closest("[data-toggle]");
  if (toggle) {
    const open = toggle.parentElement.classList.toggle(toggle.dataset.toggle);
    toggle.setAttribute("aria-expanded", String(open));
  }
  const hint = event.target.closest("[data-say]");
  if (hint) say(hint);
});

/* data-say="words" adds the words to the field whose id stands in data-into. */
function say(hint) {
  const field = document.getElementById(hint.dataset.into);
  if (!field) return;
  const words = field.value.trim();
  field.value = words ? words + (hint.dataset.join ?? "，") + hint.dataset.say : hint.dataset.say;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

/* data-keep="name": Back never loses what she typed. It stays in this tab and goes with it. */
const kept = (field) => `zhiyin:${location.pathname}:${field.dataset.keep}`;

function restore(root) {
  for (const field of root.querySelectorAll("[data-keep]")) {
    if (!field.value) field.value = sessionStorage.getItem(kept(field)) ?? "";
  }
  for (const box of root.querySelectorAll("[data-partly]")) box.indeterminate = true;
}

document.addEventListener("input", (event) => {
  const field = event.target;
  if (field.dataset?.keep) sessionStorage.setItem(kept(field), field.value);
});

/* data-check-all="name" ticks every box of that name; data-count shows how many are ticked. */
document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-check-all]");
  const boxes = (name) => [...document.querySelectorAll(`input[name="${CSS.escape(name)}"]`)];
  if (all) for (const box of boxes(all.dataset.checkAll)) box.checked = all.checked;
  for (const counter of document.querySelectorAll("[data-count]")) {
    const ticked = boxes(counter.dataset.count).filter((box) => box.checked).length;
    counter.textContent = String(ticked);
    const bar = counter.closest("[data-when-ticked]");
    if (bar) bar.hidden = ticked === 0;
  }
  if (event.target.closest("[data-submit-on-change]")) event.target.form?.requestSubmit();
});

/* data-confirm-name: the button wakes when the name is typed as it is written. */
document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.dataset?.confirmName) return;
  const button = field.form?.querySelector("[data-confirmed]");
  if (button) button.disabled = field.value.trim() !== field.dataset.confirmName;
});

/* data-copy="id": copies what stands in the field of that id, and says so on the button. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  const field = button && document.getElementById(button.dataset.copy);
  if (!field) return;
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    if (!document.execCommand("copy")) return;
  }
  button.textContent = button.dataset.copied;
});

/* data-until="a moment": counts down to it from the words that stand there, then says data-over. */
function tick() {
  for (const clock of document.querySelectorAll("[data-until]")) {
    const left = Math.floor((new Date(clock.dataset.until) - Date.now()) / 1000);
    if (Number.isNaN(left)) continue;
    const days = Math.floor(left / 86400);
    const hms = [Math.floor((left % 86400) / 3600), Math.floor((left % 3600) / 60), left % 60]
      .map((part) => String(part).padStart(2, "0"))
      .join(":");
    const words = days > 0 ? `${days} ${clock.dataset.day} ${hms}` : hms;
    clock.textContent = left > 0 ? clock.dataset.left.replace("{}", words) : clock.dataset.over;
  }
}

/* A toast without a button leaves by itself; one that offers an undo waits. */
function settle(root) {
  for (const toast of root.querySelectorAll(".toast:not(:has(button, a))")) {
    setTimeout(() => toast.remove(), 6000);
  }
}

restore(document);
settle(document);
if (document.querySelector("[data-until]")) {
  tick();
  setInterval(tick, 1000);
}
document.addEventListener("htmx:load", (event) => {
  restore(event.detail.elt);
  settle(event.detail.elt);
  tick();
});
