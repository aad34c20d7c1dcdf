#include "base/charset.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <string>

namespace meetlat {
namespace {

using namespace std::string_literals;

const std::string kUmlauts = "L\xF6schung gem\xE4\xDF Art. 17";  // windows-1252
const std::string kUmlautsUtf8 = "Löschung gemäß Art. 17";
const std::string kReplacement = "\xEF\xBF\xBD";

TEST(Charset, AMarkBeatsEverything) {
  const Decoded decoded = to_utf8("\xEF\xBB\xBF<meta charset=koi8-r>ä", "windows-1251", true);
  EXPECT_EQ(decoded.utf8, "<meta charset=koi8-r>ä");
  EXPECT_EQ(decoded.charset, "utf-8");
  EXPECT_EQ(decoded.decided_by, "bom");
  EXPECT_EQ(to_utf8("\xFF\xFE\x41\x00\xE4\x00"s, "", false).utf8, "Aä");
  EXPECT_EQ(to_utf8("\xFE\xFF\x00\x41\x00\xE4"s, "utf-8", false).utf8, "Aä");
  EXPECT_EQ(to_utf8("\xFF\xFE\x00\x00\x41\x00\x00\x00\x00\xF6\x01\x00"s, "", false).utf8, "A\U0001F600");
  EXPECT_EQ(to_utf8("\x00\x00\xFE\xFF\x00\x00\x00\x41"s, "", false).charset, "utf-32be");
}

TEST(Charset, TheHeaderBeatsThePage) {
  const Decoded decoded = to_utf8("<meta charset=utf-8>" + kUmlauts, "ISO-8859-1", true);
  EXPECT_EQ(decoded.utf8, "<meta charset=utf-8>" + kUmlautsUtf8);
  EXPECT_EQ(decoded.charset, "windows-1252");
  EXPECT_EQ(decoded.decided_by, "header");
  EXPECT_FALSE(decoded.replaced);
}

TEST(Charset, LabelsMeanWhatBrowsersTakeThemFor) {
  EXPECT_EQ(to_utf8("\x80\x93x\x94", " \"Latin1\" ", false).utf8, "€“x”");
  EXPECT_EQ(to_utf8("\xA4", "iso-8859-15", false).utf8, "€");
  EXPECT_EQ(to_utf8("\xC4\xE3", "gb2312", false).utf8, "你");
  EXPECT_EQ(to_utf8("A\x00"s, "unicode", false).charset, "utf-16le");
}

TEST(Charset, HostileNamesDecideNothing) {
  for (const std::string& name : {"../../etc/passwd"s, "ibm-37,swaplfnl"s, "utf-8\0x"s, std::string(1'000'000, 'u'),
                                  "\xFF\xFE"s, " "s, "utf 8"s, "iso-8859-16"s, "utf-7"s, "cesu-8"s}) {
    const Decoded decoded = to_utf8("ä", name, false);
    EXPECT_EQ(decoded.utf8, "ä");
    EXPECT_EQ(decoded.decided_by, "guess") << name.substr(0, 20);
  }
}

TEST(Charset, DangerousEncodingsGiveOneReplacement) {
  const Decoded decoded = to_utf8("~{<script>~}", "hz-gb-2312", true);
  EXPECT_EQ(decoded.utf8, kReplacement);
  EXPECT_TRUE(decoded.replaced);
}

struct Page {
  const char* html;
  const char* charset;
};

TEST(Charset, FindsTheDeclarationAsBrowsersDo) {
  const Page pages[] = {
      {"<meta charset=windows-1251>\xFF", "windows-1251"},
      {"<META  CharSet = 'Windows-1251' />\xFF", "windows-1251"},
      {"<meta http-equiv=Content-Type content=\"text/html; charset=koi8-r\">\xFF", "koi8-r"},
      {"<meta content=\"text/html;charset = 'koi8-r'\" http-equiv=content-type>\xFF", "koi8-r"},
      {"<meta content='text/html; charset=koi8-r'><meta charset=cp866>\xFF", "ibm866"},
      {"<!-- <meta charset=koi8-r> --><meta charset=cp866>\xFF", "ibm866"},
      {"<!--><meta charset=cp866>\xFF", "ibm866"},
      {"<p title='<meta charset=koi8-r>'><meta charset=cp866>\xFF", "ibm866"},
      {"<metal charset=koi8-r><meta charset=cp866>\xFF", "ibm866"},
      {"<meta charset=no-such><meta charset=cp866>\xFF", "ibm866"},
      {"<!DOCTYPE html><?php ?><meta charset=cp866>\xFF", "ibm866"},
      {"<?xml version='1.0' encoding='cp866'?><html>\xFF", "ibm866"},
      {"<meta charset=utf-16>\xFF", "utf-8"},
  };
  for (const Page& page : pages) {
    const Decoded decoded = to_utf8(page.html, "", true);
    EXPECT_EQ(decoded.charset, page.charset) << page.html;
    EXPECT_EQ(decoded.decided_by, "meta") << page.html;
  }
  EXPECT_NE(to_utf8("<meta charset=koi8-r>\xFF", "", false).decided_by, "meta") << "plain text has no tags";
  const std::string late = std::string(1024, ' ') + "<meta charset=koi8-r>";
  EXPECT_EQ(to_utf8(late, "", true).charset, "utf-8") << "only the first 1024 bytes count";
  EXPECT_EQ(to_utf8("<meta charset=\"koi8-r", "", true).charset, "utf-8") << "cut off";
}

TEST(Charset, WithoutADeclarationTheBytesDecide) {
  EXPECT_EQ(to_utf8("plain", "", false).charset, "utf-8");
  EXPECT_EQ(to_utf8("grüße", "", false).decided_by, "guess");
  EXPECT_EQ(to_utf8("P\0r\0i\0v\0a\0c\0y\0 \0n\0o\0t\0i\0c\0e\0"s, "", false).utf8, "Privacy notice");
  EXPECT_EQ(to_utf8("\0P\0r\0i\0v\0a\0c\0y\0 \0n\0o\0t\0i\0c\0e"s, "", false).utf8, "Privacy notice");

  // Polish in windows-1250, long enough to tell.
  std::string polish = "Administratorem danych osobowych jest stowarzyszenie. Masz prawo dost\xEApu do swoich danych, ";
  polish +=
      "ich sprostowania, usuni\xEA"
      "cia oraz ograniczenia przetwarzania. Dane s\xB9 przechowywane przez okres ";
  polish +=
      "niezb\xEA"
      "dny do realizacji us\xB3ugi, a nast\xEApnie s\xB9 usuwane. Mo\xBF"
      "esz wnie\x9C\xE6 skarg\xEA.";
  const Decoded guessed = to_utf8(polish, "", false);
  EXPECT_EQ(guessed.charset, "windows-1250");
  EXPECT_EQ(guessed.decided_by, "guess");
  EXPECT_NE(guessed.utf8.find("dostępu"), std::string::npos);

  const Decoded fallback = to_utf8("\xE4\xF6", "", false);
  EXPECT_EQ(fallback.utf8, "äö");
}

TEST(Charset, ReplacesWhatMakesNoSense) {
  const Decoded utf8 = to_utf8(
      "a\xFF"
      "b\xE2\x82",
      "utf-8", false);
  EXPECT_EQ(utf8.utf8, "a" + kReplacement + "b" + kReplacement);
  EXPECT_TRUE(utf8.replaced);
  const Decoded utf16 = to_utf8("\xD8\x00\x00\x41\x00"s, "utf-16be", false);
  EXPECT_EQ(utf16.utf8, kReplacement + "A" + kReplacement);
  EXPECT_TRUE(utf16.replaced);
  EXPECT_TRUE(to_utf8("\x81", "shift_jis", false).replaced);
}

TEST(Charset, LongTextsKeepTheirCharactersAcrossBuffers) {
  std::string utf16;
  std::string expected;
  for (int i = 0; i < 20'000; ++i) {
    utf16 += i % 3 == 0 ? "\0x\xD8\x3D\xDE\x00"s : "\xD8\x3D\xDE\x00"s;
    expected += i % 3 == 0 ? "x\U0001F600" : "\U0001F600";
  }
  EXPECT_EQ(to_utf8(utf16, "utf-16be", false).utf8, expected);
}

// Each encoding against Python's own table of it.
TEST(Charset, AgreesWithAnotherImplementation) {
  struct Case {
    const char* label;
    const char* codec;
    const char* text;
  };
  const Case cases[] = {{"windows-1252", "cp1252", "Löschung – „Zweck“ €"},
                        {"latin2", "iso8859-2", "žádost o výmaz"},
                        {"windows-1250", "cp1250", "žádost – přístup „ů“"},
                        {"iso-8859-5", "iso8859-5", "персональные данные"},
                        {"iso-8859-7", "iso8859-7", "προσωπικά δεδομένα"},
                        {"iso-8859-15", "iso8859-15", "œuvre à 5 €"},
                        {"koi8-r", "koi8-r", "персональные данные"},
                        {"koi8-u", "koi8-u", "захист даних ґ"},
                        {"ibm866", "cp866", "персональные данные"},
                        {"macintosh", "mac-roman", "données – “privé”"},
                        {"windows-1251", "cp1251", "персональные – данные"},
                        {"windows-1253", "cp1253", "προσωπικά δεδομένα"},
                        {"iso-8859-9", "cp1254", "kişisel verilerin – korunması"},
                        {"windows-1255", "cp1255", "פרטיות"},
                        {"windows-1256", "cp1256", "الخصوصية"},
                        {"windows-1257", "cp1257", "privātums"},
                        {"gbk", "gb18030", "隐私政策"},
                        {"gb18030", "gb18030", "隐私政策"},
                        {"big5", "big5-hkscs", "隱私權政策"},
                        {"euc-jp", "euc-jp", "個人情報"},
                        {"iso-2022-jp", "iso2022-jp", "個人情報"},
                        {"shift_jis", "cp932", "個人情報"},
                        {"euc-kr", "cp949", "개인정보"},
                        {"utf-16le", "utf-16-le", "Datenschutz 😀"},
                        {"utf-16be", "utf-16-be", "Datenschutz 😀"},
                        {"utf-32le", "utf-32-le", "Datenschutz 😀"}};
  for (const Case& test : cases) {
    const std::string command = "python3 -I -c 'import sys; sys.stdout.buffer.write(\"" + std::string(test.text) +
                                "\".encode(\"" + test.codec + "\"))'";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    ASSERT_NE(pipe, nullptr);
    char buffer[512];
    const std::size_t size = fread(buffer, 1, sizeof buffer, pipe.get());
    ASSERT_GT(size, 0U) << test.label;
    const Decoded decoded = to_utf8(std::string_view(buffer, size), test.label, false);
    EXPECT_EQ(decoded.utf8, test.text) << test.label;
    EXPECT_FALSE(decoded.replaced) << test.label;
  }
}

}  // namespace
}  // namespace meetlat
