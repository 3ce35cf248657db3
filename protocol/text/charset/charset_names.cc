#include "protocol/text/charset/charset_names.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/ascii.h"

namespace postbag::protocol {

namespace {

constexpr std::size_t longest_charset_name = 64;

struct Alias {
  std::string_view plain;  ///< see plain_name()
  std::string_view charset;
};

/// What to ask iconv for instead of the name itself. From: the labels of the WHATWG Encoding Standard section 4.2,
/// which browsers use, with its larger charsets; the aliases of IANA's registry of character sets; the code pages
/// that Windows names (cp949, cp50221, cp65001). A name without information (unknown-8bit of RFC 1428, x-unknown,
/// 8bit) is not listed: its bytes stay unchanged. Sorted.
constexpr auto aliases = std::to_array<Alias>({
    {"646", "us-ascii"},
    {"88591", "CP1252"},
    {"ansi", "CP1252"},
    {"ansix34", "us-ascii"},
    {"ansix341968", "us-ascii"},
    {"ansix341986", "us-ascii"},
    {"ascii", "us-ascii"},
    {"big5", "BIG5-HKSCS"},
    {"big5eten", "BIG5-HKSCS"},
    {"chinese", "GB18030"},
    {"cnbig5", "BIG5-HKSCS"},
    {"cngb", "GB18030"},
    {"cp367", "us-ascii"},
    {"cp50220", "ISO-2022-JP-3"},
    {"cp50221", "ISO-2022-JP-3"},
    {"cp50222", "ISO-2022-JP-3"},
    {"cp51932", "EUC-JP-MS"},
    {"cp65000", "UTF-7"},
    {"cp65001", "utf-8"},
    {"cp819", "CP1252"},
    {"cp936", "GB18030"},
    {"cp943c", "CP932"},
    {"csascii", "us-ascii"},
    {"csbig5", "BIG5-HKSCS"},
    {"csbig5hkscs", "BIG5-HKSCS"},
    {"cseuckr", "CP949"},
    {"cseucpkdfmtjapanese", "EUC-JP-MS"},
    {"csgb2312", "GB18030"},
    {"csgbk", "GB18030"},
    {"csiso2022jp", "ISO-2022-JP-3"},
    {"csiso58gb231280", "GB18030"},
    {"csiso88596e", "ISO-8859-6"},
    {"csiso88596i", "ISO-8859-6"},
    {"csiso88598e", "ISO-8859-8"},
    {"csiso88598i", "ISO-8859-8"},
    {"csisolatin1", "CP1252"},
    {"csisolatin5", "CP1254"},
    {"csisolatin9", "ISO-8859-15"},
    {"csksc56011987", "CP949"},
    {"csshiftjis", "CP932"},
    {"csunicode11utf7", "UTF-7"},
    {"csutf7", "UTF-7"},
    {"csutf8", "utf-8"},
    {"cswindows31j", "CP932"},
    {"dos874", "CP874"},
    {"euccn", "GB18030"},
    {"eucjp", "EUC-JP-MS"},
    {"euckr", "CP949"},
    {"extendedunixcodepackedformatforjapanese", "EUC-JP-MS"},
    {"gb2312", "GB18030"},
    {"gb231280", "GB18030"},
    {"gbk", "GB18030"},
    {"ibm367", "us-ascii"},
    {"ibm819", "CP1252"},
    {"iso10646utf8", "utf-8"},
    {"iso2022jp", "ISO-2022-JP-3"},
    {"iso646irv1991", "us-ascii"},
    {"iso646us", "us-ascii"},
    {"iso88591", "CP1252"},
    {"iso885911", "CP874"},
    {"iso885911987", "CP1252"},
    {"iso88596e", "ISO-8859-6"},
    {"iso88596i", "ISO-8859-6"},
    {"iso88598e", "ISO-8859-8"},
    {"iso88598i", "ISO-8859-8"},
    {"iso88599", "CP1254"},
    {"iso885991989", "CP1254"},
    {"isoir100", "CP1252"},
    {"isoir148", "CP1254"},
    {"isoir149", "CP949"},
    {"isoir58", "GB18030"},
    {"isoir6", "us-ascii"},
    {"jis", "ISO-2022-JP-3"},
    {"koi", "KOI8-R"},
    {"koi8", "KOI8-R"},
    {"korean", "CP949"},
    {"ksc5601", "CP949"},
    {"ksc56011987", "CP949"},
    {"ksc56011989", "CP949"},
    {"l1", "CP1252"},
    {"l5", "CP1254"},
    {"l9", "ISO-8859-15"},
    {"latin1", "CP1252"},
    {"latin5", "CP1254"},
    {"logical", "ISO-8859-8"},
    {"macce", "MAC-CENTRALEUROPE"},
    {"maccentraleurroman", "MAC-CENTRALEUROPE"},
    {"macroman", "MACINTOSH"},
    {"mskanji", "CP932"},
    {"shiftjis", "CP932"},
    {"sjis", "CP932"},
    {"suneugreek", "ISO-8859-7"},
    {"tcvn5712", "TCVN"},
    {"tis620", "CP874"},
    {"tis6202533", "CP874"},
    {"ujis", "EUC-JP-MS"},
    {"unicode11utf7", "UTF-7"},
    {"unicode11utf8", "utf-8"},
    {"unicode20utf7", "UTF-7"},
    {"unicode20utf8", "utf-8"},
    {"us", "us-ascii"},
    {"usascii", "us-ascii"},
    {"utf8", "utf-8"},
    {"utf8mb4", "utf-8"},
    {"viettcvn5712", "TCVN"},
    {"visual", "ISO-8859-8"},
});
static_assert(std::ranges::is_sorted(aliases, {}, &Alias::plain));

bool is_alnum(char c) { return is_ascii_digit(c) || is_ascii_letter(c); }

/// RFC 2978 section 2.3, and other characters of registered names; '/' would be an option for glibc's iconv
/// ("//TRANSLIT").
bool is_name(std::string_view charset) {
  return !charset.empty() && charset.size() <= longest_charset_name &&
         std::ranges::all_of(charset, [](char c) { return is_alnum(c) || std::string_view("-_.:+").contains(c); });
}

/// The code page's number in "windows1252", "win1252", "ms949", because iconv knows cp1252. Empty for other names.
std::string_view code_page(std::string_view plain) {
  for (const std::string_view vendor : {"windows", "win", "ms"}) {
    if (!plain.starts_with(vendor)) continue;
    const std::string_view number = plain.substr(vendor.size());
    return std::ranges::all_of(number, is_ascii_digit) ? number : std::string_view();
  }
  return {};
}

/// Letters and digits only, so that ISO_8859-1, iso8859-1 and iso-8859_1 are equal: Unicode Technical Standard 22
/// section 1.4. Without the "x-" of unregistered names.
std::string plain_name(std::string_view charset) {
  while (ascii_iequal(charset.substr(0, 2), "x-")) charset.remove_prefix(2);
  std::string plain;
  for (const char c : charset)
    if (is_alnum(c)) plain.push_back(ascii_lower(c));
  if (const auto page = code_page(plain); !page.empty()) return "cp" + std::string(page);
  return plain;
}

/// Some programs also write quotes or white space around the name: charset="'iso-8859-1'".
std::string_view without_quotes(std::string_view charset) {
  constexpr std::string_view around = " \t'\"";
  charset.remove_prefix(std::min(charset.find_first_not_of(around), charset.size()));
  return charset.substr(0, charset.find_last_not_of(around) + 1);
}

}  // namespace

std::vector<std::string> names_for_iconv(std::string_view charset) {
  charset = without_quotes(charset);
  if (!is_name(charset)) return {};
  std::string plain = plain_name(charset);
  if (plain.empty()) return {};  // to iconv an empty name is the charset of the locale
  const auto alias = std::ranges::lower_bound(aliases, plain, {}, &Alias::plain);
  if (alias != aliases.end() && alias->plain == plain) return {std::string(alias->charset)};
  return {std::string(charset), std::move(plain)};
}

}  // namespace postbag::protocol
