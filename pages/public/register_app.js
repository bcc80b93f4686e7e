// Asks the browser for messages when somebody presses the button, then sends the form with what the browser gave.
"use strict";

(() => {
  const form = document.getElementById("app");
  if (!form) return;
  const part = (name) => document.getElementById(`app-${name}`);
  const show = (name) => {
    for (const one of ["offer", "denied", "failed", "install", "unable"]) part(one).hidden = one !== name;
    if (name !== "offer") part(name).focus();
  };

  const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  // On an iPhone a page gets messages only after it was added to the home screen and opened from there.
  const apple = /iPhone|iPad|iPod/.test(navigator.userAgent)
    || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);
  part("offer").hidden = !able;
  part("install").hidden = able || !apple;
  part("unable").hidden = able || apple;

  const subscribed = async () => {
    const worker = await navigator.serviceWorker.register("/register/worker.js", { scope: "/register/" });
    await navigator.serviceWorker.ready;
    const before = await worker.pushManager.getSubscription();
    if (before) await before.unsubscribe(); // it may be bound to other keys
    return worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: form.dataset.key });
  };

  form.addEventListener("submit", async (event) => {
    if (form.elements.endpoint.value) return;
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      if (await Notification.requestPermission() !== "granted") return show("denied");
      const { endpoint, keys } = (await subscribed()).toJSON();
      form.elements.endpoint.value = endpoint;
      form.elements.p256dh.value = keys.p256dh;
      form.elements.auth.value = keys.auth;
      form.submit();
    } catch (error) {
      console.error(error);
      show("failed");
    } finally {
      button.disabled = false;
    }
  });
})();
