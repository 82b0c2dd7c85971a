package dev.adit.cli.matrix;

import dev.adit.cli.boot.GuestResult;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.machine.Attack;
import dev.adit.platform.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The matrix as one page of HTML that needs nothing else: style inside, paths drawn as SVG. */
final class MatrixHtml {
  private static final int BOX = 168;
  private static final int GAP = 22;
  private static final int HEAD = 36;
  private static final int STEP = 14;
  private static final int LINE = 24;

  private static final String STYLE =
      """
      body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:78rem;padding:0 1rem;
      color:#1b1f24;background:#fff}
      h2{margin:2.2rem 0 .4rem;font-size:1.1rem}
      table{border-collapse:collapse;width:100%}
      th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #d8dde3;
      vertical-align:top}
      .num{text-align:right}.num,.allow,.deny,.msi,.uses{white-space:nowrap}
      .allow{color:#0a6b2d;font-weight:600}.deny,.bad{color:#a3131f;font-weight:600}
      .msi{color:#7a4b00;font-weight:600}.note{color:#57606a}
      svg{display:block;margin:.5rem 0;max-width:100%;height:auto}
      rect{fill:#f4f6f8;stroke:#8b949e}
      text{font:11px system-ui,sans-serif;fill:#1b1f24}.where{font-weight:600}
      line{stroke:#57606a;stroke-width:1.5}polygon{fill:#57606a}
      @media (prefers-color-scheme:dark){body{background:#0f1318;color:#dde3ea}
      rect{fill:#1a2028;stroke:#57606a}text{fill:#dde3ea}th,td{border-color:#30363d}
      .allow{color:#56d364}.deny,.bad{color:#ff7b72}.msi{color:#e3b341}.note{color:#9aa4af}
      line{stroke:#9aa4af}polygon{fill:#9aa4af}}
      """;

  private final List<MatrixResult> results;
  private final List<GuestResult> guests;
  private final Map<IsolationLevel, List<Attack>> attacks;
  private final StringBuilder page = new StringBuilder();

  MatrixHtml(
      List<MatrixResult> results,
      Map<IsolationLevel, List<Attack>> attacks,
      List<GuestResult> guests) {
    this.guests = guests;
    this.results = results;
    this.attacks = attacks;
  }

  String page() {
    page.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        .append("<meta name=\"viewport\" content=\"width=device-width\">")
        .append("<title>Adit: who may use IMS</title><style>\n")
        .append(STYLE)
        .append("</style></head><body>\n<h1>Who may use IMS, and which way an interrupt takes</h1>")
        .append("\n<p class=\"note\">Every case was run in machines in memory.</p>\n");
    for (MatrixRow row : MatrixRow.values()) {
      List<MatrixResult> of = results.stream().filter(each -> each.row() == row).toList();
      if (!of.isEmpty()) {
        row(row, of);
      }
    }
    for (GuestRow row : GuestRow.values()) {
      List<GuestResult> of = guests.stream().filter(each -> each.row() == row).toList();
      if (!of.isEmpty()) {
        guest(row, of);
      }
    }
    page.append("<h2>Attacks</h2>\n<table><tr><th>attack</th>");
    for (IsolationLevel level : IsolationLevel.values()) {
      page.append("<th>level ").append(level.number()).append("<br><span class=\"note\">");
      text(level.title());
      page.append("</span></th>");
    }
    page.append("</tr>\n");
    for (Attack.Kind kind : Attack.Kind.values()) {
      attack(kind);
    }
    page.append("</table>\n</body></html>\n");
    return page.toString();
  }

  private void row(MatrixRow row, List<MatrixResult> of) {
    page.append("<h2>");
    text(row.title());
    page.append("</h2>\n<table><tr><th>ims</th><th>verdict</th><th>reason</th><th>uses</th>")
        .append("<th class=\"num\">delivered</th><th class=\"num\">traps</th>")
        .append("<th class=\"num\">hypercalls</th></tr>\n");
    for (MatrixResult result : of) {
      page.append("<tr><td>").append(result.ims()).append("</td><td class=\"");
      page.append(look(result.verdict().outcome())).append("\">");
      text(result.verdict().outcome().title());
      page.append("</td><td>");
      text(result.verdict().reason());
      result.verdict().caveats().forEach(rule -> note("note", rule.text()));
      result.verdict().complaints().forEach(rule -> note("bad", rule.text()));
      result.problems().forEach(problem -> note("bad", problem));
      page.append("</td><td class=\"uses\">");
      text(result.store());
      page.append("</td><td class=\"num\">").append(result.delivered()).append(" of ");
      page.append(result.sent()).append("</td><td class=\"num\">").append(result.traps());
      page.append("</td><td class=\"num\">").append(result.hypercalls()).append("</td></tr>\n");
    }
    page.append("</table>\n");
    page.append("<p class=\"note\">The path with ims=").append(of.getFirst().ims());
    page.append(":</p>\n");
    draw(of.getFirst().hops());
  }

  private void guest(GuestRow row, List<GuestResult> of) {
    page.append("<h2>In a stock guest: ");
    text(row.title());
    page.append("</h2>\n<table><tr><th>ims</th><th>verdict</th><th>reason</th><th>uses</th>")
        .append("<th class=\"num\">delivered</th><th class=\"num\">lost</th>")
        .append("<th class=\"num\">hypercalls</th></tr>\n");
    for (GuestResult result : of) {
      page.append("<tr><td>").append(result.told().ims()).append("</td><td class=\"");
      page.append(result.ims() ? "allow" : "msi").append("\">");
      text(result.told().evidence().getOrDefault("outcome", "-"));
      page.append("</td><td>");
      text(result.reason());
      result.problems().forEach(problem -> note("bad", problem));
      page.append("</td><td class=\"uses\">").append(result.ims() ? "IMS" : "MSI-X");
      page.append("</td><td class=\"num\">").append(result.told().count("interrupts"));
      page.append("</td><td class=\"num\">").append(result.told().count("lost"));
      page.append("</td><td class=\"num\">").append(result.told().count("calls"));
      page.append("</td></tr>\n");
    }
    page.append("</table>\n<p class=\"note\">The path with ims=")
        .append(of.getFirst().told().ims());
    page.append(":</p>\n");
    draw(of.getFirst().hops());
  }

  private void note(String style, String sentence) {
    page.append("<br><span class=\"").append(style).append("\">");
    text(sentence);
    page.append("</span>");
  }

  private static String look(Outcome outcome) {
    return switch (outcome) {
      case ALLOW -> "allow";
      case MSI_X -> "msi";
      case DENY -> "deny";
    };
  }

  /** Draws the hops from left to right. */
  private void draw(List<MatrixResult.Hop> hops) {
    int width = hops.size() * (BOX + GAP) - GAP + 2;
    int lines = hops.stream().mapToInt(hop -> wrap(hop.what()).size()).max().orElse(0);
    int height = HEAD + lines * STEP;
    page.append("<svg viewBox=\"0 0 ").append(width).append(' ').append(height + 2);
    page.append("\" width=\"").append(width).append("\" role=\"img\" aria-label=\"path\">\n");
    for (int i = 0; i < hops.size(); i++) {
      int x = 1 + i * (BOX + GAP);
      page.append("<rect x=\"").append(x).append("\" y=\"1\" rx=\"5\" width=\"").append(BOX);
      page.append("\" height=\"").append(height).append("\"/>");
      line(x, 18, "where", hops.get(i).where());
      int y = HEAD;
      for (String piece : wrap(hops.get(i).what())) {
        line(x, y, "what", piece);
        y += STEP;
      }
      if (i > 0) {
        arrow(x, height / 2);
      }
    }
    page.append("</svg>\n");
  }

  private void line(int x, int y, String style, String words) {
    page.append("<text class=\"").append(style).append("\" x=\"").append(x + 8);
    page.append("\" y=\"").append(y).append("\">");
    text(words);
    page.append("</text>");
  }

  private void arrow(int x, int y) {
    page.append("<line x1=\"").append(x - GAP).append("\" y1=\"").append(y);
    page.append("\" x2=\"").append(x - 6).append("\" y2=\"").append(y).append("\"/>");
    page.append("<polygon points=\"").append(x - 8).append(',').append(y - 4).append(' ');
    page.append(x).append(',').append(y).append(' ').append(x - 8).append(',').append(y + 4);
    page.append("\"/>\n");
  }

  private static List<String> wrap(String words) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : words.split(" ", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > LINE) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  private void attack(Attack.Kind kind) {
    page.append("<tr><td>");
    text(kind.text());
    page.append("</td>");
    for (List<Attack> list : attacks.values()) {
      for (Attack attack : list) {
        if (attack.kind() == kind) {
          String style = attack.broken() ? "deny" : attack.through() == 0 ? "allow" : "msi";
          page.append("<td><span class=\"").append(style).append("\">");
          page.append(attack.through()).append(" of ").append(attack.tried()).append("</span>");
          attack.stopped().keySet().stream().sorted().forEach(why -> note("note", why));
          page.append("</td>");
        }
      }
    }
    page.append("</tr>\n");
  }

  private void text(String words) {
    for (int i = 0; i < words.length(); i++) {
      char c = words.charAt(i);
      switch (c) {
        case '<' -> page.append("&lt;");
        case '>' -> page.append("&gt;");
        case '&' -> page.append("&amp;");
        case '"' -> page.append("&quot;");
        default -> page.append(c);
      }
    }
  }
}
