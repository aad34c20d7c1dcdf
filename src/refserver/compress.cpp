#include "refserver/compress.h"

#include <array>
#include <boost/beast/zlib/deflate_stream.hpp>
#include <cstdint>
#include <vector>

namespace meetlat {
namespace {

namespace zlib = boost::beast::zlib;

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320U : 0U);
    table[i] = value;
  }
  return table;
}

std::uint32_t crc_update(std::uint32_t crc, std::string_view bytes) {
  static constexpr auto kTable = crc_table();
  for (const char c : bytes) crc = kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF] ^ (crc >> 8);
  return crc;
}

// How a CRC register changes over 2^20 zero bytes. That is linear over bits, so the change over one byte, squared 20
// times, is it; summing up a gigabyte byte by byte would take seconds.
using Matrix = std::array<std::uint32_t, 32>;

std::uint32_t times(const Matrix& matrix, std::uint32_t vector) {
  std::uint32_t out = 0;
  for (std::size_t bit = 0; bit < 32; ++bit) {
    if (((vector >> bit) & 1) != 0) out ^= matrix[bit];
  }
  return out;
}

Matrix megabyte_of_zeros() {
  Matrix matrix{};
  for (std::size_t bit = 0; bit < 32; ++bit) matrix[bit] = crc_update(1U << bit, std::string_view("\0", 1));
  for (int doubling = 0; doubling < 20; ++doubling) {
    Matrix squared{};
    for (std::size_t bit = 0; bit < 32; ++bit) squared[bit] = times(matrix, matrix[bit]);
    matrix = squared;
  }
  return matrix;
}

// Deflates one piece behind what is in `out`; `flush` says how it ends.
void deflate_piece(zlib::deflate_stream& stream, std::string_view bytes, zlib::Flush flush, std::string& out) {
  zlib::z_params params;
  params.next_in = bytes.data();
  params.avail_in = bytes.size();
  std::vector<char> room(std::size_t{64} << 10);
  do {
    params.next_out = room.data();
    params.avail_out = room.size();
    boost::beast::error_code code;
    stream.write(params, flush, code);
    out.append(room.data(), room.size() - params.avail_out);
    if (code) break;  // end of stream, or nothing left to do
  } while (params.avail_out == 0 || params.avail_in > 0);
}

std::string head() {
  using namespace std::string_literals;
  return "\x1f\x8b\x08\0\0\0\0\0\0\x03"s;
}

void add_tail(std::string& out, std::uint32_t crc, std::uint64_t size) {
  const auto add = [&out](std::uint32_t value) {
    for (int i = 0; i < 4; ++i) out += static_cast<char>((value >> (8 * i)) & 0xFF);
  };
  add(~crc);
  add(static_cast<std::uint32_t>(size));
}

}  // namespace

std::string gzip(std::string_view bytes) {
  std::string out = head();
  zlib::deflate_stream stream;
  deflate_piece(stream, bytes, zlib::Flush::finish, out);
  add_tail(out, crc_update(~0U, bytes), bytes.size());
  return out;
}

std::string gzip_of_zeros(int megabytes) {
  const std::string megabyte(std::size_t{1} << 20, '\0');
  // After a full flush the next piece does not look back, so one piece can be repeated.
  std::string piece;
  zlib::deflate_stream stream;
  deflate_piece(stream, megabyte, zlib::Flush::full, piece);
  std::string out = head();
  const Matrix more = megabyte_of_zeros();
  std::uint32_t crc = ~0U;
  for (int i = 0; i < megabytes; ++i) {
    out += piece;
    crc = times(more, crc);
  }
  out += std::string_view("\x03\x00", 2);  // an empty last block
  add_tail(out, crc, static_cast<std::uint64_t>(megabytes) << 20);
  return out;
}

}  // namespace meetlat
