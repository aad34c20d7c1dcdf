/* eslint-disable no-unused-vars, no-var */

// Log levels of the client, by module
var loggingConfig = {
    defaultLogLevel: 'trace',

    'modules/RTC/TraceablePeerConnection.js': 'info',
    'modules/statistics/CallStats.js': 'info',
    'modules/xmpp/strophe.util.js': 'log'
};
