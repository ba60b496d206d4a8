// Tallystream: page views, clicks on elements with data-tally-product, visible time. No cookies, nothing stored.
// <script defer src="https://gateway/tally.js" data-key="tsc_..." data-user="u1"></script>
(function (window, document, navigator) {
  'use strict';
  var script = document.currentScript;
  var set = script.dataset;
  var user = set.user;
  var tally = (window.tally = { user: function (id) { user = id; } });
  // Do Not Track and Global Privacy Control.
  if (navigator.doNotTrack === '1' || window.doNotTrack === '1' || navigator.globalPrivacyControl) return;

  var url = (set.endpoint || new URL('/v1/collect', script.src).href) + '?key=' + encodeURIComponent(set.key);
  var queue = [];
  var timer, page, since, visible;

  function cut(text) {
    return Array.from(String(text)).slice(0, 256).join('');
  }

  // The id makes an event that is sent again count once.
  function add(type, fields) {
    fields.type = type;
    fields.id = Array.from(crypto.getRandomValues(new Uint8Array(16)), function (byte) {
      return (byte + 256).toString(16).slice(1);
    }).join('');
    if (user) fields.user_id = cut(user);
    // A page that cannot send forgets its oldest.
    if (queue.push(fields) > 200) queue.shift();
    timer = timer || setTimeout(flush, 1000);
  }

  function flush() {
    clearTimeout(timer);
    timer = 0;
    while (queue.length) {
      if (!navigator.sendBeacon(url, JSON.stringify(queue.slice(0, 50)))) {
        // Not taken by the browser: later, with the same ids.
        timer = setTimeout(flush, 5000);
        return;
      }
      queue.splice(0, 50);
    }
  }

  function watch() {
    if (since) visible += performance.now() - since;
    since = document.visibilityState === 'visible' ? performance.now() : 0;
  }

  function leave() {
    watch();
    if (visible >= 1) add('dwell', { page: page, duration_ms: Math.min(Math.round(visible), 864e5) });
    visible = 0;
  }

  function enter() {
    page = cut(location.pathname);
    visible = 0;
    add('page_view', { page: page });
    watch();
  }

  function moved() {
    if (cut(location.pathname) !== page) {
      leave();
      enter();
    }
  }

  function start() {
    enter();
    document.addEventListener('click', function (event) {
      var element = event.target.closest && event.target.closest('[data-tally-product]');
      var product = element && element.getAttribute('data-tally-product');
      if (product) add('click', { product_id: cut(product), page: page });
    }, true);
    document.addEventListener('visibilitychange', function () {
      // The last that a page is sure to see.
      if (document.visibilityState === 'hidden') {
        leave();
        flush();
      } else watch();
    });
    window.addEventListener('pagehide', function () {
      leave();
      since = 0;
      flush();
    });
    // Back from the back/forward cache.
    window.addEventListener('pageshow', function (event) {
      if (event.persisted) enter();
    });
    // Pages that change without being loaded.
    window.addEventListener('popstate', moved);
    var pushState = history.pushState;
    history.pushState = function () {
      pushState.apply(history, arguments);
      moved();
    };
  }

  if (document.prerendering) document.addEventListener('prerenderingchange', start, { once: true });
  else start();
})(window, document, navigator);
