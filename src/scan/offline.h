// A client's page and settings that are at hand as text, read by the probes as if they had been served: for judging a
// configuration before it is deployed, and for trying out what a change of it would do. Nothing goes on the network.
#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/url.h"
#include "model/evidence.h"
#include "net/transport.h"

namespace meetlat {

// What a browser would get from an instance.
struct OfflineSite {
  Url base;                          // of the instance
  std::string page;                  // the HTML at `base`
  std::vector<Header> page_headers;  // of the page
  std::string config_js;             // beside the page; "" when the page inlines it or there is none
  std::string interface_config_js;
  Url libs;             // the folder of the client's files; empty: unknown
  bool worker = false;  // the files of end-to-end encryption were seen there
  bool olm = false;
};

// The facts of those probes that read pages and settings; what they would have fetched beside is kOffline. Provenance
// still names URLs below `base`.
Evidence read_site(const OfflineSite& site, const std::stop_token& stop);

// One file as the user named it.
struct NamedFile {
  std::string name;
  std::string bytes;
};

struct FilesChoice {
  std::string host;   // of the instance that they are for; "": taken from hosts.domain, bosh or websocket
  std::string build;  // "9268" (web build), "11031" or "stable-11031" (release); "": as the page says
};

struct FilesReading {
  std::vector<std::string> names;
  std::string host;   // "" when it could not be told
  std::string words;  // "config.js, read for meet.example.org (hosts.domain says so)"
  OfflineSite site;
  Evidence evidence;               // of every probe; nothing in it looks as if a host had been asked
  std::vector<std::string> notes;  // for the user: placeholders and regions that could not be read, with their lines
};

// Each file is recognised by its content: a script that makes `config`, one that makes `interfaceConfig` (or adds to
// one of them), or a page. kInvalidArgument: none of these, only additions, or a build that is not known.
// kNotUnderstood: no configuration could be read at all.
Result<FilesReading> read_files(std::span<const NamedFile> files, const FilesChoice& choice,
                                const std::stop_token& stop);

// The text with its lines kept, in which server-side includes of a page without tenant are rendered and what a template
// would fill in is marked so that its value is unknown; `notes` says which, with "NAME:LINE: ".
std::string mark_placeholders(const NamedFile& file, std::string_view host, std::vector<std::string>& notes);

}  // namespace meetlat
