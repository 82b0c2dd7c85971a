package dev.adit.pci.lspci;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.function.ObjIntConsumer;
import java.util.regex.Pattern;

/**
 * Lines of a text that went through mail, terminals and web pages: without quote marks, carriage
 * returns, colours, HTML tags and entities. Lines keep their numbers, from 1.
 */
final class PastedLines {
  private static final Pattern COLOURS =
      Pattern.compile("\u001b\\[[0-9;?]*[ -/]*[@-~]|\u001b[()].");
  private static final Pattern QUOTES = Pattern.compile("^(?:[>|] ?)+");
  private static final Pattern TAGS =
      Pattern.compile("</?[A-Za-z][\\w-]{0,20}(?: [^<>]{0,200})?/?>");

  private PastedLines() {}

  /** Hands over each line. */
  static void of(byte[] bytes, ObjIntConsumer<String> line) {
    String text = new String(bytes, charset(bytes));
    boolean html = text.contains("&lt;") || text.contains("&amp;") || text.contains("&#");
    int number = 0;
    int start = 0;
    while (start < text.length()) {
      int end = text.indexOf('\n', start);
      end = end < 0 ? text.length() : end;
      number++;
      line.accept(clean(text.substring(start, end), html), number);
      start = end + 1;
    }
  }

  private static Charset charset(byte[] bytes) {
    boolean wide = bytes.length > 1;
    if (wide && bytes[0] == (byte) 0xff && bytes[1] == (byte) 0xfe) {
      return StandardCharsets.UTF_16;
    }
    return wide && bytes[0] == (byte) 0xfe && bytes[1] == (byte) 0xff
        ? StandardCharsets.UTF_16
        : StandardCharsets.UTF_8;
  }

  private static String clean(String raw, boolean html) {
    String line = raw;
    if (!line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
      line = line.substring(0, line.length() - 1);
    }
    if (line.indexOf('\u001b') >= 0) {
      line = COLOURS.matcher(line).replaceAll("");
    }
    if (html) {
      line = TAGS.matcher(line).replaceAll("");
      line = line.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">");
      line = line.replace("&quot;", "\"").replace("&#39;", "'").replace("&#34;", "\"");
      line = line.replace("&#9;", "\t").replace("&#60;", "<").replace("&#62;", ">");
      line = line.replace("&amp;", "&");
    }
    if (!line.isEmpty() && (line.charAt(0) == '>' || line.charAt(0) == '|')) {
      line = QUOTES.matcher(line).replaceFirst("");
    }
    return line.indexOf('\u00a0') >= 0 ? line.replace('\u00a0', ' ') : line;
  }
}
