package dev.adit.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.Adit;
import dev.adit.cli.output.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** {@code adit serve --emit}. */
final class EmitTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void eachVmmGetsItsOwnWordsAndNothingIsServed() {
    assertThat(emit("qemu")).isEqualTo(ExitCode.DONE);
    assertThat(out.toString())
        .contains("-object memory-backend-memfd,id=ram,size=512M,share=on")
        .contains("\"path\":\"/nowhere/x.sock\"")
        .contains("-plugin ");
    assertThat(emit("libvirt")).isEqualTo(ExitCode.DONE);
    assertThat(out.toString()).contains("<access mode='shared'/>");
    assertThat(emit("cloud-hypervisor")).isEqualTo(ExitCode.DONE);
    assertThat(out.toString()).contains("--user-device socket=/nowhere/x.sock");
  }

  @Test
  void aVirtualIommuComesWithWhatTheGuestMustBeTold() {
    assertThat(emit("qemu", "--viommu")).isEqualTo(ExitCode.DONE);
    assertThat(out.toString()).contains("caching-mode=on");
    assertThat(err.toString()).contains("intel_iommu=on");
    assertThat(emit("cloud-hypervisor", "--viommu")).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void anotherVmmIsWrongUsage() {
    assertThat(emit("vmware")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("cloud-hypervisor");
  }

  private int emit(String vmm, String... more) {
    out.getBuffer().setLength(0);
    CommandLine command = Adit.commandLine();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(err));
    List<String> arguments = new ArrayList<>(List.of("serve", "--socket", "/nowhere/x.sock"));
    arguments.addAll(List.of("--emit", vmm));
    arguments.addAll(List.of(more));
    return command.execute(arguments.toArray(String[]::new));
  }
}
