package dev.adit.cli.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.Adit;
import dev.adit.cli.output.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Runs the command once and holds it to a table that was typed from the papers, not from it. */
class MatrixCommandTest {
  /** Case, then the verdicts for auto and on; off is MSI-X everywhere. */
  private static final List<List<String>> PAPERS =
      List.of(
          List.of("bare-function", "allow", "allow"),
          List.of("bare-function-queue", "allow", "allow"),
          List.of("bare-sub-device", "allow", "allow"),
          List.of("bare-tenant-store", "deny", "deny"),
          List.of("bare-sdi", "allow", "allow"),
          List.of("guest-function", "msi-x", "msi-x"),
          List.of("guest-hypercall", "allow", "allow"),
          List.of("guest-hypercall-queue", "allow", "allow"),
          List.of("guest-passed-sub-device", "msi-x", "msi-x"),
          List.of("guest-managed", "deny", "deny"),
          List.of("guest-managed-hypercall", "deny", "deny"),
          List.of("guest-managed-isolated", "allow", "allow"),
          List.of("guest-own-iommu", "msi-x", "msi-x"),
          List.of("guest-own-iommu-hypercall", "allow", "allow"),
          List.of("guest-sdi-hypercall", "allow", "allow"));

  @TempDir private static Path folder;

  private static final Map<String, Map<String, String>> CASES = new HashMap<>();
  private static int status;

  @BeforeAll
  static void runTheMatrix() {
    StringWriter out = new StringWriter();
    status =
        Adit.commandLine()
            .setOut(new PrintWriter(out))
            .execute("matrix", "--json", "--html", folder.resolve("matrix.html").toString());
    read(out.toString());
  }

  /** Takes the strings and numbers of each case; what is nested in it is skipped. */
  private static void read(String json) {
    try (var parser = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
      int depth = 0;
      String name = "";
      Map<String, String> found = new HashMap<>();
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.PROPERTY_NAME) {
          name = parser.currentName();
        } else if (token.isStructStart()) {
          depth++;
          if (depth == 3) {
            found = new HashMap<>();
          }
        } else if (token.isStructEnd()) {
          if (depth == 3 && found.containsKey("case")) {
            CASES.put(found.get("case") + " " + found.get("ims"), found);
          }
          depth--;
        } else if (depth == 3) {
          found.put(name, parser.getString());
        }
      }
    }
  }

  @Test
  void everyVerdictIsThatOfThePapers() {
    assertThat(CASES).hasSize(PAPERS.size() * 3);
    for (List<String> row : PAPERS) {
      assertThat(field(row.getFirst(), "auto", "verdict")).as("%s", row).isEqualTo(row.get(1));
      assertThat(field(row.getFirst(), "on", "verdict")).as("%s", row).isEqualTo(row.get(2));
      assertThat(field(row.getFirst(), "off", "verdict")).as("%s", row).isEqualTo("msi-x");
    }
  }

  @Test
  void theDriverUsesWhatTheVerdictAllowsAndEveryInterruptArrives() {
    CASES.forEach(
        (name, found) -> {
          boolean allowed = "allow".equals(found.get("verdict"));
          assertThat(found.get("store")).as(name).matches(allowed ? "IMS.*" : "MSI-X");
          assertThat(found.get("delivered")).as(name).isEqualTo(found.get("sent"));
          assertThat(Long.parseLong(String.valueOf(found.get("sent")))).isGreaterThanOrEqualTo(64);
        });
  }

  @Test
  void aHypercallIsSpentExactlyWhereThereIsOne() {
    CASES.forEach(
        (name, found) -> {
          boolean offered = name.contains("hypercall") || name.contains("isolated");
          boolean ims = String.valueOf(found.get("store")).startsWith("IMS");
          if (!offered || ims) {
            assertThat(!"0".equals(found.get("hypercalls"))).as(name).isEqualTo(offered);
          }
        });
  }

  @Test
  void theCommandSaysThatAllIsAsExpected() {
    assertThat(status).isEqualTo(ExitCode.DONE);
  }

  @Test
  void thePageNeedsNothingElse() throws Exception {
    String page = Files.readString(folder.resolve("matrix.html"));
    assertThat(page).contains("<svg").doesNotContain("http://", "https://", "<script", "src=");
    assertThat(page.split("<h2>", -1)).hasSize(PAPERS.size() + 2);
  }

  private static String field(String row, String ims, String name) {
    return String.valueOf(CASES.getOrDefault(row + " " + ims, Map.of()).get(name));
  }
}
