// How far an audit goes: what is asked of a host beyond its public pages. Chosen by the user, read by probes.
#pragma once

namespace meetlat {

struct Depth {
  // 0: pages, TLS and DNS only. 1: the first XMPP answer, before any login. 2: an anonymous login and questions about
  // services. 3: alone in a room with a random name (--join, for hosts named one by one and never for a list).
  int level = 2;
  // Fetch the client's large scripts to compare their digests: about what one visit with an empty cache costs.
  bool whole_client = false;
  // Ask for every version, cipher suite and group of TLS (--tls full) instead of the few that a verdict needs.
  bool whole_tls = false;
  // Ask once for each thing that should not be public; only after control of the host was proved.
  bool exposed = false;
};

}  // namespace meetlat
