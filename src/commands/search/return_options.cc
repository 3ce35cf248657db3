#include "commands/search/return_options.h"

namespace postbag {

namespace grammar = protocol::grammar;

namespace {

template <class Command>
std::expected<SearchReturn, Reply> return_of(Command command) {
  SearchReturn out;
  const auto options = command.search_return_opts();
  out.extended = options.has_value();
  out.command_bytes = command.text().size();
  for (const auto option : options.value_or(grammar::SearchReturnOpts()).search_return_opt()) {
    switch (option.kind()) {
      case grammar::SearchReturnOpt::Kind::min: out.min = true; break;
      case grammar::SearchReturnOpt::Kind::max: out.max = true; break;
      case grammar::SearchReturnOpt::Kind::all: out.all = true; break;
      case grammar::SearchReturnOpt::Kind::count: out.count = true; break;
      case grammar::SearchReturnOpt::Kind::save: out.save = true; break;
      case grammar::SearchReturnOpt::Kind::partial:
        if (out.partial) return std::unexpected(Reply::bad("PARTIAL is given twice"));
        out.partial = partial_range(option.partial_range()->text());
        if (!out.partial) return std::unexpected(Reply::bad("Number too large"));
        break;
      case grammar::SearchReturnOpt::Kind::relevancy: out.relevancy = true; break;
      case grammar::SearchReturnOpt::Kind::context: break;  // a hint: RFC 5267 section 4.2
      case grammar::SearchReturnOpt::Kind::update:
        out.update = true;
        if (option.fetch_att().size() > most_fetch_items)
          return std::unexpected(Reply::no("Too many data items", "LIMIT"));
        for (const auto att : option.fetch_att()) add_item(out.update_items, att);
        break;
      case grammar::SearchReturnOpt::Kind::search_ret_opt_ext:
        return std::unexpected(Reply::bad("Unknown RETURN option"));
    }
  }
  // RFC 9394 section 3.1.
  if (out.all && out.partial) return std::unexpected(Reply::bad("ALL and PARTIAL cannot be combined"));
  // Nothing asked for means ALL: RFC 4731 section 3.1. SAVE alone asks for no answer: RFC 5182 section 2.1.
  if (!out.wants_answer() && !out.save) out.all = true;
  return out;
}

}  // namespace

std::expected<SearchReturn, Reply> search_return(grammar::Esearch command) { return return_of(command); }
std::expected<SearchReturn, Reply> search_return(grammar::Search command) { return return_of(command); }
std::expected<SearchReturn, Reply> search_return(grammar::Sort command) { return return_of(command); }

}  // namespace postbag
