// What is said to an XMPP server before TLS, and what is made of its answers, in whatever pieces they come.
#include "net/xmpp_starttls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meetlat {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kFeatures =
    "<?xml version='1.0'?><stream:stream from='chat.test' id='1' xmlns:stream='http://etherx.jabber.org/streams'>"
    "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>";
constexpr std::string_view kProceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

TEST(XmppStartTls, AsksAndBeginsWhateverThePieces) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{4096}}) {
    XmppStartTls preface("chat.test", "192.0.2.1:5222");
    EXPECT_THAT(preface.opening(), HasSubstr("to='chat.test'"));
    std::string sent;
    for (const std::string_view text : {kFeatures, kProceed}) {
      for (std::size_t at = 0; at < text.size(); at += piece) {
        EXPECT_FALSE(preface.done());
        const Result<std::string> next = preface.feed(text.substr(at, piece));
        ASSERT_TRUE(next) << describe(next.error());
        sent += *next;
      }
    }
    EXPECT_TRUE(preface.done()) << piece;
    EXPECT_EQ(sent, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
  }
}

TEST(XmppStartTls, RefusalsAreToldApart) {
  struct Row {
    const char* said;
    const char* words;
  };
  for (const Row& row : {Row{"<stream:stream><stream:features/>", "offers no TLS"},
                         Row{"<stream:stream><stream:features><mechanisms/></stream:features>", "offers no TLS"},
                         Row{"<stream:stream><stream:error><host-unknown xmlns='x'/></stream:error>",
                             "does not serve the domain chat.test"},
                         Row{"<stream:stream><stream:error><policy-violation/></stream:error>", "ended the stream"}}) {
    XmppStartTls preface("chat.test", "192.0.2.1:5222");
    const Result<std::string> next = preface.feed(row.said);
    ASSERT_FALSE(next) << row.said;
    EXPECT_EQ(next.error().code, ErrorCode::kTlsFailed);
    EXPECT_THAT(next.error().context, HasSubstr(row.words));
  }
  XmppStartTls late("chat.test", "192.0.2.1:5222");
  ASSERT_TRUE(late.feed(kFeatures));
  EXPECT_THAT(describe(late.feed("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").error()),
              HasSubstr("refuses TLS"));
}

TEST(XmppStartTls, EndlessTalkIsCut) {
  XmppStartTls preface("chat.test", "192.0.2.1:5222");
  const std::string chunk(1000, 'x');
  Result<std::string> next{std::string()};
  int chunks = 0;
  while (next && chunks < 100) {
    next = preface.feed(chunk);
    ++chunks;
  }
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, ErrorCode::kTooLarge);
  EXPECT_LT(chunks, 20);
}

}  // namespace
}  // namespace meetlat
