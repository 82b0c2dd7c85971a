package dev.adit.host.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.devices.RefusedException;
import dev.adit.devices.Tree;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code /metrics}, as Prometheus fetches it. */
final class MetricsServerTest {
  @TempDir private Path folder;

  private Composer composer;
  private Devices devices;
  private MetricsServer server;

  @BeforeEach
  void serve() {
    EventLog events = new EventLog(Clock.systemUTC());
    HostConfig config = TestHost.config(folder);
    composer = HostComposer.of(config, events);
    devices = new Devices(StateFolder.open(config.state()), folder, composer, events);
    server =
        MetricsServer.serve(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), composer, devices);
  }

  @AfterEach
  void stop() {
    server.close();
    devices.close();
    composer.close();
  }

  private HttpURLConnection request(String method, String path) throws IOException {
    URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setRequestMethod(method);
    return connection;
  }

  private String metrics() throws IOException {
    HttpURLConnection connection = request("GET", "/metrics");
    assertThat(connection.getResponseCode()).isEqualTo(200);
    assertThat(connection.getContentType()).startsWith("text/plain; version=0.0.4");
    try (InputStream body = connection.getInputStream()) {
      return new String(body.readAllBytes(), UTF_8);
    }
  }

  @Test
  void theNumbersOfFunctionsAndDevicesAreThere() throws IOException {
    Tree tree = Json.read("test", Json.line(TestHost.definition("a", "2dwq")));
    devices.define(DeviceDefinition.read(tree), false);
    devices.start("a");

    assertThat(metrics())
        .contains("adit_build_info{version=\"0.1.0\"} 1\n")
        .contains("adit_devices_active{function=\"dsa0\"} 1.0\n")
        .contains("adit_devices_available{function=\"dsa0\",type=\"1dwq\"} 4.0\n")
        .contains("adit_store_entries{function=\"dsa0\"} 256.0\n")
        .contains("adit_store_entries_used{function=\"dsa0\"} 2.0\n")
        .contains("adit_device_attached{adi=\"a\",function=\"dsa0\"} 0.0\n")
        .contains("adit_interrupts_delivered_total{adi=\"a\",function=\"dsa0\",store=\"ims\"} 0.0");
    devices.stop("a", false, false);
    assertThat(metrics()).contains("adit_devices_active{function=\"dsa0\"} 0.0\n");
  }

  @Test
  void everyMetricIsInTheReference() throws IOException {
    String reference = Files.readString(Path.of("../docs/reference/metrics.md"));
    for (String title : Metrics.titles()) {
      assertThat(reference).contains('`' + title + '`');
    }
  }

  @Test
  void nothingElseIsServed() throws IOException {
    assertThat(request("GET", "/").getResponseCode()).isEqualTo(404);
    assertThat(request("GET", "/metrics/more").getResponseCode()).isEqualTo(404);
    assertThat(request("DELETE", "/metrics").getResponseCode()).isEqualTo(404);
    assertThat(metrics()).startsWith("# ");
  }

  @Test
  void onlyThisMachineIsServed() {
    InetSocketAddress everywhere = new InetSocketAddress("0.0.0.0", 0);
    assertThatThrownBy(() -> MetricsServer.serve(everywhere, composer, devices))
        .isInstanceOf(IllegalArgumentException.class);
    InetSocketAddress taken = server.address();
    assertThatThrownBy(() -> MetricsServer.serve(taken, composer, devices))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("cannot serve metrics");
  }
}
