// Shows a page of its own when the network is gone.
self.addEventListener('install', event => event.waitUntil(
    caches.open('offline').then(cache => cache.add('static/offline.html'))));
self.addEventListener('fetch', event => {
    if (event.request.mode === 'navigate') {
        event.respondWith(fetch(event.request).catch(() => caches.match('static/offline.html')));
    }
});
