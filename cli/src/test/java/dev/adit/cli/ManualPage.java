package dev.adit.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** A page of section 8 of the manual, made from what {@code --help} is made from (man(7)). */
final class ManualPage {
  private final StringBuilder out = new StringBuilder();

  private ManualPage() {}

  /** {@return the page of a verb, with the verbs below it} */
  static String of(CommandSpec verb) {
    ManualPage page = new ManualPage();
    String title = verb.qualifiedName("-");
    page.line(".TH " + title.toUpperCase(Locale.ROOT) + " 8 \"\" \"Adit\"");
    page.line(".SH NAME");
    page.text(title + " \\- " + first(verb));
    page.line(".SH SYNOPSIS");
    page.synopsis(verb);
    page.line(".SH DESCRIPTION");
    page.lines(verb.usageMessage().description());
    page.arguments(verb, ".SH OPTIONS");
    for (var below : verb.subcommands().values()) {
      CommandSpec part = below.getCommandSpec();
      page.line(".SH " + part.qualifiedName(" ").toUpperCase(Locale.ROOT));
      page.synopsis(part);
      page.line(".PP");
      page.lines(part.usageMessage().description());
      page.arguments(part, ".PP");
      page.footer(part, ".PP");
    }
    page.footer(verb, ".SH");
    return page.out.toString();
  }

  private static String first(CommandSpec verb) {
    String text = String.join(" ", verb.usageMessage().description());
    int end = text.indexOf(". ");
    String sentence = end < 0 ? text : text.substring(0, end);
    sentence = sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    return escape(sentence.substring(0, 1).toLowerCase(Locale.ROOT) + sentence.substring(1));
  }

  private void synopsis(CommandSpec verb) {
    StringBuilder line = new StringBuilder(".B " + escape(verb.qualifiedName(" ")) + "\n");
    if (!verb.subcommands().isEmpty()) {
      line.append(".I COMMAND\n");
    }
    if (!verb.options().isEmpty()) {
      line.append("[\\fIoptions\\fR]\n");
    }
    verb.positionalParameters()
        .forEach(each -> line.append("[\\fI").append(escape(each.paramLabel())).append("\\fR]\n"));
    out.append(line);
  }

  private void arguments(CommandSpec verb, String heading) {
    if (verb.options().isEmpty() && verb.positionalParameters().isEmpty()) {
      return;
    }
    line(heading);
    verb.positionalParameters()
        .forEach(each -> argument("\\fI" + escape(each.paramLabel()) + "\\fR", each));
    for (OptionSpec option : verb.options()) {
      String value =
          option.arity().max() == 0 ? "" : " \\fI" + escape(option.paramLabel()) + "\\fR";
      argument("\\fB" + escape(String.join(", ", option.names())) + "\\fR" + value, option);
    }
  }

  private void argument(String name, ArgSpec argument) {
    line(".TP");
    line(name);
    String shown = String.join("\n", argument.description());
    for (Map.Entry<String, String> each :
        Map.of(
                "${COMPLETION-CANDIDATES}",
                argument.completionCandidates() == null
                    ? ""
                    : String.join(", ", argument.completionCandidates()),
                "${DEFAULT-VALUE}",
                String.valueOf(argument.defaultValueString()))
            .entrySet()) {
      shown = shown.replace(each.getKey(), each.getValue());
    }
    lines(shown.split("\n"));
  }

  /** What stands below a line with a colon, such as "Examples:", is a part of its own. */
  private void footer(CommandSpec verb, String heading) {
    boolean asItIs = false;
    for (String line : List.of(verb.usageMessage().footer())) {
      if (line.startsWith("Exit status: ")) {
        asItIs = heading(heading, "EXIT STATUS", asItIs);
        text(escape(line.substring("Exit status: ".length())));
      } else if (line.equals("Examples:")) {
        heading(heading, "EXAMPLES", asItIs);
        line(".nf");
        asItIs = true;
      } else if (!line.isEmpty()) {
        text(escape(line));
      } else if (!asItIs) {
        line(".PP");
      }
    }
    if (asItIs) {
      line(".fi");
    }
  }

  private boolean heading(String heading, String name, boolean open) {
    if (open) {
      line(".fi");
    }
    line(heading.equals(".SH") ? ".SH " + name : ".PP");
    return false;
  }

  private void lines(String... texts) {
    for (String text : texts) {
      text(escape(text));
    }
  }

  private void text(String text) {
    line(text.startsWith(".") || text.startsWith("'") ? "\\&" + text : text);
  }

  private void line(String line) {
    out.append(line).append('\n');
  }

  private static String escape(String text) {
    return text.replace("%%", "%").replace("%n", "\n").replace("\\", "\\e").replace("-", "\\-");
  }
}
