package dev.adit.pci.lspci;

import dev.adit.pci.PciAddress;
import dev.adit.pci.PciException;
import dev.adit.pci.SeenFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what any call of lspci printed, out of whatever it was pasted into: {@code -v} to {@code
 * -vvv}, {@code -k}, {@code -n}, {@code -nn}, {@code -mm}, {@code -vmm}, with or without bytes
 * ({@code -x} to {@code -xxxx}). Where there are bytes they count, and where the text beside them
 * says something else that is a problem of the function.
 *
 * <p>Of a function that only text tells, a capability that is named is there, and none is absent:
 * {@link dev.adit.pci.CapabilityList#sighting} says hidden for every other. Fields that the text
 * carries are visible in {@link SeenFunction#config}, all others are not; {@link
 * SeenFunction#origin} has the lines.
 *
 * <p>Two ways in: {@link #read} for a file that should be nothing but that, which fails if it is
 * not; {@link #find} for a report in which such text may be among others, which takes what there
 * is. Both take lines out of mail quotes, prompts, colours and HTML themselves. Memory is bounded
 * by the text's own size.
 */
public final class LspciReader {
  private static final String ADDRESS =
      "((?:[0-9a-fA-F]{4,8}:)?[0-9a-fA-F]{2}:[01][0-9a-fA-F]\\.[0-7])";
  private static final Pattern TITLE = Pattern.compile("^\\s{0,12}" + ADDRESS + " (\\S.*)$");
  private static final Pattern SLOT =
      Pattern.compile("^\\s*(?:Slot|Device):\\s*" + ADDRESS + "\\s*$");
  private static final Pattern ROW =
      Pattern.compile("^\\s*([0-9a-f]{2,3}): ((?:[0-9a-f]{2} ){0,15}[0-9a-f]{1,2}) *$");
  private static final Pattern PROMPT =
      Pattern.compile("^(?:[\\w.-]+@[\\w.-]+[:~ ][^$#]{0,60}|\\[[^\\]]{1,60}\\])?[$#%] .*$");
  private static final Pattern CLASS =
      Pattern.compile(
          "^(?:\"|[0-9a-f]{4}: |[A-Z][^:]{1,80}: |[A-Z][^:\\[]{1,80} \\[[0-9a-f]{4}\\]).*");

  private static final Pattern BAD_ROW = Pattern.compile("^[0-9a-f]{2,3}: .*");
  private static final Pattern BYTES =
      Pattern.compile("^[0-9a-f]{2,3}:(?: [0-9a-f]{2}(?![^ ]))* *");

  /** The file's name, if what is no row of bytes ends the reading; null in a report. */
  private final @Nullable String file;

  private final Predicate<PciAddress> wanted;
  private final List<SeenFunction> functions = new ArrayList<>();
  private @Nullable TextFunction current;
  private boolean skipping;
  private boolean named;
  private int seen;
  private int firstText;
  private String firstLine = "";

  private LspciReader(@Nullable String file, Predicate<PciAddress> wanted) {
    this.file = file;
    this.wanted = wanted;
  }

  /**
   * {@return the functions in a file, in its order}
   *
   * @param file its name for messages
   * @param wanted by address; others are skipped
   * @throws PciException if there is no function in it, with the first line that is something else
   */
  public static List<SeenFunction> read(String file, byte[] text, Predicate<PciAddress> wanted) {
    LspciReader reader = new LspciReader(file, wanted);
    reader.run(text);
    if (reader.seen > 0) {
      return reader.functions;
    }
    if (reader.firstText == 0) {
      throw new PciException(
          file, "no function found: it is empty; make one with 'lspci -xxxx' as root");
    }
    String shown = reader.firstLine.strip();
    throw new PciException(
        file,
        reader.firstText,
        "no function found: '%s' is not the address of a function, and no line after it begins with one"
                .formatted(shown.length() > 40 ? shown.substring(0, 40) + "..." : shown)
            + "; make the file with 'lspci -xxxx' or 'lspci -vvv -nn' as root");
  }

  /** {@return the functions that a text tells of, in its order; none if it tells of none} */
  public static List<SeenFunction> find(byte[] text) {
    LspciReader reader = new LspciReader(null, address -> true);
    reader.run(text);
    return reader.functions;
  }

  private void run(byte[] text) {
    PastedLines.of(text, this::line);
    finish();
  }

  private void line(String line, int number) {
    if (line.isBlank()) {
      finish();
      return;
    }
    if (firstText == 0) {
      firstText = number;
      firstLine = line;
    }
    if (begins(line, number)) {
      return;
    }
    TextFunction function = current;
    if (function == null || line.startsWith("```")) {
      finish();
      return;
    }
    Matcher row = ROW.matcher(line);
    if (row.matches()) {
      function.row(Integer.parseInt(row.group(1), 16), row.group(2), number);
    } else if (BAD_ROW.matcher(line).matches()) {
      Matcher good = BYTES.matcher(line);
      int column = good.lookingAt() ? good.end() + 1 : 1;
      if (file != null) {
        throw new PciException(file, number, "not a byte in column " + column);
      }
      function.badRow(number, column);
    } else if (PROMPT.matcher(line).matches()) {
      finish();
    } else {
      function.line(line, number);
    }
  }

  /** Takes a line with the address of a function; false if it is none. */
  private boolean begins(String line, int number) {
    char first = line.stripLeading().charAt(0);
    boolean hex = Character.digit(first, 16) >= 0;
    if (!hex && first != 'S' && first != 'D') {
      return false;
    }
    Matcher title = TITLE.matcher(line);
    if (hex && title.matches()) {
      begin(title.group(1), title.group(2), number);
      return true;
    }
    Matcher slot = SLOT.matcher(line);
    if (slot.matches()) {
      begin(slot.group(1), "", number);
      return true;
    }
    return false;
  }

  private void begin(String word, String title, int number) {
    finish();
    Optional<PciAddress> address = PciAddress.parse(word);
    if (address.isEmpty()) {
      return;
    }
    named = title.isEmpty() || CLASS.matcher(title).matches();
    skipping = !wanted.test(address.get());
    current = new TextFunction(address.get(), title, number);
  }

  private void finish() {
    TextFunction function = current;
    // An address in a sentence is not yet a function.
    if (function != null && (named || !function.isBare())) {
      seen++;
      if (!skipping) {
        functions.add(function.seen());
      }
    }
    current = null;
  }
}
