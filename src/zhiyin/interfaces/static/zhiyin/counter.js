/* The counter: what a browser reads from her phone, and a network that comes and goes. */

const counter = {
  field: () => document.getElementById("counter-code"),
  silence: () => document.querySelector("[data-no-answer]"),
};

/* A refusal is an answer too: it is shown where the answer stands. */
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "counter-answer") return;
  if (event.detail.xhr.status < 500) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

/* The code stays until an answer came that settles it. */
document.addEventListener("htmx:afterRequest", (event) => {
  /* a form that its own answer has replaced is named by the request alone */
  const asked = event.detail.requestConfig?.elt ?? event.detail.elt;
  if (!asked.closest?.("[data-counter]")) return;
  const status = event.detail.xhr?.status ?? 0;
  const has_answered = status > 0 && status < 500;
  counter.silence().hidden = has_answered;
  if (!has_answered) return;
  const answer = document.getElementById("counter-answer");
  if (answer.querySelector("[data-answered]")) {
    counter.field().value = "";
    counter.field().dispatchEvent(new Event("input", { bubbles: true }));
  }
  answer.scrollIntoView({ block: "nearest" });
});

/* The button shows where the browser can read codes by itself; elsewhere she types. */
const scanning = { stream: null, is_on: false };

async function scan() {
  const panel = document.querySelector("[data-camera]");
  const video = panel.querySelector("video");
  const refused = document.querySelector("[data-no-camera]");
  const reader = new BarcodeDetector({ formats: ["qr_code", "code_128"] });
  refused.hidden = true;
  try {
    scanning.stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment" },
    });
  } catch {
    refused.hidden = false;
    return;
  }
  scanning.is_on = true;
  panel.hidden = false;
  video.srcObject = scanning.stream;
  await video.play();
  while (scanning.is_on) {
    const found = await reader.detect(video).catch(() => []);
    const digits = found.map((one) => one.rawValue.replace(/\D/g, "")).find((one) => one.length === 12);
    if (digits) {
      stopScanning();
      counter.field().value = digits;
      counter.field().form.requestSubmit();
      return;
    }
    await new Promise((later) => setTimeout(later, 150));
  }
}

function stopScanning() {
  scanning.is_on = false;
  for (const track of scanning.stream?.getTracks() ?? []) track.stop();
  document.querySelector("[data-camera]").hidden = true;
}

if ("BarcodeDetector" in window && navigator.mediaDevices?.getUserMedia) {
  for (const button of document.querySelectorAll("[data-scan]")) button.hidden = false;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-scan]")) scan();
  if (event.target.closest("[data-scan-stop]")) stopScanning();
});
