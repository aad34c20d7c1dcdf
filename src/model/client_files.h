// The files of the client that a host serves, as the fact client.files keeps them: one line a file,
// "libs/app.bundle.min.js 5242880 sha256:<64 hexadecimal digits>". Only files that were read whole are in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/evidence.h"

namespace meetlat {

struct ClientFile {
  std::string path;  // below the instance's base: "libs/lib-jitsi-meet.min.js"
  std::uint64_t bytes = 0;
  std::string sha256;  // hexadecimal
};
std::string to_line(const ClientFile& file);

// Empty when they were not measured. Lines of another form are left out.
std::vector<ClientFile> client_files(const Evidence& evidence);

}  // namespace meetlat
