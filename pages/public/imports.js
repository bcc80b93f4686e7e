(() => {
  // Sends a large file (pages/public/imports.py) as the body of one request, and says how far it is. Texts come with the
  // form, in the reader's language.
  const MIB = 2 ** 20;
  const form = document.getElementById("sending");
  const words = JSON.parse(form.dataset.words);
  const [chosen, name, send, problem, progress, bar, said, told, stop] =
    ["chosen", "name", "send", "problem", "progress", "bar", "said", "told", "stop"].map((id) => document.getElementById(id));
  let request = null, sent = false, lastTold = -1;

  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
  const megabytes = (bytes) => (bytes / MIB).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 0 });

  const refuse = (sentence) => {
    problem.textContent = sentence;
    problem.hidden = false;
    problem.closest(".card").classList.add("bad");
    chosen.setAttribute("aria-invalid", "true");
    chosen.focus();
  };

  const forgive = () => {
    problem.hidden = true;
    problem.textContent = "";
    problem.closest(".card").classList.remove("bad");
    chosen.removeAttribute("aria-invalid");
  };

  const asked = (event) => event.preventDefault();

  const show = (sending) => {
    progress.hidden = !sending;
    send.hidden = sending;
    for (const input of form.querySelectorAll("input")) input.disabled = sending;
    if (sending) {
      window.addEventListener("beforeunload", asked);
      stop.focus();
    } else window.removeEventListener("beforeunload", asked);
  };

  const far = (done, total) => {
    const percent = Math.floor((100 * done) / total);
    const sentence = filled(words.sent, { percent, done: megabytes(done), total: megabytes(total) });
    bar.value = percent;
    said.textContent = sentence;
    // Read out at every tenth only.
    if (Math.floor(percent / 10) === lastTold) return;
    lastTold = Math.floor(percent / 10);
    told.textContent = sentence;
  };

  const looking = () => {
    sent = true;
    bar.removeAttribute("value");
    stop.hidden = true;
    said.textContent = told.textContent = words.reading;
  };

  const failed = (sentence) => {
    request = null;
    show(false);
    refuse(sentence);
  };

  const lost = () => failed(sent ? words.unsure : words.broken);

  const answered = () => {
    let answer = {};
    try {
      answer = JSON.parse(request.responseText);
    } catch {
      // Not from us, but from what stands in between: its status has to do.
    }
    if (request.status === 200 && answer.address) {
      window.removeEventListener("beforeunload", asked);
      location.assign(answer.address);
    } else if (answer.said || request.status === 413) failed(answer.said || words.large);
    else lost();
  };

  const begin = (file) => {
    request = new XMLHttpRequest();
    request.open("POST", `${form.getAttribute("action")}?kind=${new FormData(form).get("kind")}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.setRequestHeader("x-file-name", encodeURIComponent(file.name));
    request.upload.addEventListener("progress", (event) => far(event.loaded, event.total));
    request.upload.addEventListener("load", looking);
    request.addEventListener("load", answered);
    request.addEventListener("error", lost);
    request.addEventListener("abort", () => failed(words.stopped));
    sent = false;
    lastTold = -1;
    stop.hidden = false;
    show(true);
    far(0, file.size);
    request.send(file);
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    forgive();
    const file = chosen.files[0];
    if (!file) refuse(words.empty);
    else if (file.size > form.dataset.limit * MIB) refuse(words.large);
    else begin(file);
  });
  chosen.addEventListener("change", () => {
    forgive();
    name.textContent = chosen.files[0]?.name ?? "";
  });
  stop.addEventListener("click", () => request?.abort());
  send.disabled = false;
})();
