package dev.adit.host.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.devices.RefusedException;
import dev.adit.devices.dsa.lend.DsaModel;
import dev.adit.devices.dsa.lend.QueueLayout;
import dev.adit.platform.Ims;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The configuration of a server, and queue layouts in it. */
final class HostConfigTest {
  @TempDir private Path folder;

  private HostConfig read(String text) throws IOException {
    return HostConfig.read(Files.writeString(folder.resolve("adit.yaml"), text));
  }

  @Test
  void theSampleThatIsShippedIsRight() {
    HostConfig sample = HostConfig.read(Path.of("../packaging/adit.yaml"));

    assertThat(sample.control()).isEqualTo(HostConfig.DEFAULT_CONTROL);
    assertThat(sample.functions()).hasSize(1);
  }

  @Test
  void whatIsNotSaidHasADefaultAndPathsStartAtTheFile() throws IOException {
    HostConfig config = read("state: s\nsockets: r\nfunctions: [{name: dsa0, ims: off}]\n");

    assertThat(config.state()).isEqualTo(folder.resolve("s"));
    assertThat(config.control()).isEqualTo(folder.resolve("r/control.sock"));
    assertThat(config.metrics()).isEmpty();
    HostConfig.FunctionConfig function = config.functions().getFirst();
    assertThat(function.ims()).isEqualTo(Ims.OFF);
    assertThat(((DsaModel) function.model()).profile().wqs()).isEqualTo(8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "functions: [] | :1:12: 'functions': must list",
        "functions: [{nam: x}] | :1:13: 'name' is missing",
        "functions: [{name: a}, {name: a}] | :1:31: 'name': there is a function",
        "functions: [{name: dsa0, wqs: 99}] | :1:31: 'wqs' must be a whole number from 1 to 31",
        "functions: [{name: dsa0, ims: maybe}] | :1:31: 'ims' must be one of: auto, on, off",
        "functions: [{name: dsa0, colour: red}] | :1:26: 'colour' is not known here",
        "functions: [{name: dsa0}]\\nmetrics: {listen: 0.0.0.0:80} | :2:19: 'listen'",
        "functions: [{name: dsa0}]\\nmetrics: {listen: example.org:80} | :2:19: 'listen'",
        "functions: [{name: dsa0}]\\ncontrol: {mode: 660} | :2:17: 'mode' must be text",
        "functions: [{name: dsa0}]\\nstates: x | :2:1: 'states' is not known here",
        "functions: dsa0 | :1:12: 'functions' must be a list, not text",
      })
  void aMistakeIsToldWithLineAndColumnAndWhatWouldBeRight(String text, String message) {
    assertThatThrownBy(() -> read(text.replace("\\n", "\n")))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("adit.yaml" + message);
  }

  @Test
  void aLayoutComesFromAFileOfAccelConfig() throws IOException {
    Files.writeString(
        folder.resolve("dsa.conf"),
        """
        [{"dev":"dsa3","read_buffer_limit":0,"groups":[
          {"dev":"group3.0","tokens_reserved":0,
           "grouped_workqueues":[
             {"dev":"wq3.0","mode":"dedicated","size":16,"group_id":0,"priority":10,
              "block_on_fault":0,"type":"kernel","name":"app1","driver_name":"dmaengine"},
             {"dev":"wq3.1","mode":"shared","size":32,"group_id":0,"priority":5,"threshold":30,
              "type":"user","name":"app2","driver_name":"user"}],
           "grouped_engines":[{"dev":"engine3.0","group_id":0},{"dev":"engine3.1","group_id":0},]},
          {"dev":"group3.1",
           "grouped_workqueues":[{"dev":"wq3.2","mode":"dedicated","size":8,"priority":1}],
           "grouped_engines":[{"dev":"engine3.2","group_id":1}]},
          {"dev":"group3.2"}
        ]}]
        """);
    HostConfig config = read("functions: [{name: dsa3, layout: dsa.conf}]");

    DsaModel model = (DsaModel) config.functions().getFirst().model();
    assertThat(model.groups()).containsExactly(2, 1);
    assertThat(model.queues())
        .containsExactly(
            new DsaModel.QueuePlan(0, 16, false, 10),
            new DsaModel.QueuePlan(0, 32, true, 5),
            new DsaModel.QueuePlan(1, 8, false, 1));
    // What we write, we read as the same.
    QueueLayout layout = QueueLayout.of("dsa3", model);
    QueueLayout again = QueueLayout.read(Json.read("x", Json.line(layout.plain())), "dsa3");
    assertThat(again).isEqualTo(layout);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{dev: wq0.0, size: 200} | the queues of dsa0 have 200 entries, and there are 128",
        "{dev: wq0.9, size: 1} | dsa0 has no work queue 9: there are 8",
        "{dev: wq0.1, size: 1} | work queues must be numbered from 0 on",
        "{dev: wq0.0, size: 1, mode: other} | must be dedicated or shared",
        "{dev: wq0.0} | is missing, for example: 16",
        "{dev: queue, size: 1} | must look like wq0.0",
        "{dev: wq0.0, size: 1, group_id: 3} | is not the group it stands in",
      })
  void aLayoutThatDoesNotFitIsRefused(String queue, String message) {
    String layout =
        "[{dev: dsa0, groups: [{dev: group0.0, grouped_workqueues: ["
            + queue
            + "], grouped_engines: [{dev: engine0.0}]}]}]";

    assertThatThrownBy(() -> read("functions: [{name: dsa0, layout: " + layout + "}]"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("adit.yaml:1:");
  }
}
