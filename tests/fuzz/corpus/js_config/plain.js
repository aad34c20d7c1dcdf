/* it's */ var subdomain = "<!--# echo var="subdomain" default="" -->";
var config = { hosts: { domain: 'meet.example.test', muc: 'conference.' + subdomain }, p2p: { enabled: true, stunServers: [ { urls: 'stun:a.test:443' }, ] }, 1080: [1,,2], r: 16 / 9, u: undefined, n: null, t: `a${1 + 1}`, re: /[/'"]/g, ...x, ['k' + y]: 1, get z() { return 1; } };
config.p2p.stunServers = 'a,b'.split(',').map(function(s) { return { urls: 'stun:' + s }; });
if (!config.hasOwnProperty('a')) config.a = {}; else config.b ||= 1;
config.x = config.x || {}; config['y'].z = window.q ? 1 : 2; delete config.r; config.c++;
(function(c) { c.analytics = {}; })(config); for (var i = 0; i < 3; i++) config[i] = i;
