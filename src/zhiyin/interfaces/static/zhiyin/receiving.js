/* WeChat's own window for a transfer. What it answers decides nothing: the page is read anew. */

for (const button of document.querySelectorAll("[data-receive]")) {
  button.addEventListener("click", () => {
    if (!window.WeixinJSBridge) return;
    const asked = JSON.parse(button.dataset.receive);
    window.WeixinJSBridge.invoke("requestMerchantTransfer", asked, () => location.reload());
  });
}
