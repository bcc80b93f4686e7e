// Shows messages on the phone, also while no page is open, and opens their page when somebody taps one.
"use strict";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : {};
  const shown = {
    body: said.body, lang: said.lang, icon: "/register/icon-192.png", data: { url: said.url }, requireInteraction: true,
  };
  event.waitUntil(self.registration.showNotification(said.title || "Renraku", shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = event.notification.data && event.notification.data.url;
  if (url) event.waitUntil(self.clients.openWindow(url));
});
